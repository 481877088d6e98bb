// The gateway's clock. Ranges end and ages count by it, so that a browser whose clock is wrong shows what is right.

let offsetSeconds = 0

/** Learns from a frame that was made at `at` just now. */
export function learnClock(at: number): void {
  offsetSeconds = at - Date.now() / 1000
}

/** Now, in unix seconds, as the gateway would say. */
export function gatewayNow(): number {
  return Date.now() / 1000 + offsetSeconds
}
