// The situations that the mock gateway can be in.

export interface Scenario {
  servers: number
  /** Prometheus does not answer: the last snapshot is kept and only gets older. */
  prometheusAway?: boolean
  /** The gateway began when Prometheus did not answer: it has no snapshot. */
  withoutSnapshot?: boolean
  /** The gateway answers nothing at all. */
  gatewayAway?: boolean
  /** A proxy on the way refuses WebSockets. */
  socketsBlocked?: boolean
}

export const SCENARIOS = {
  fleet: { servers: 48 },
  empty: { servers: 0 },
  fleet200: { servers: 200 },
  fleet1000: { servers: 1000 },
  fleet10000: { servers: 10_000 },
  stale: { servers: 48, prometheusAway: true },
  starting: { servers: 48, prometheusAway: true, withoutSnapshot: true },
  away: { servers: 48, gatewayAway: true },
  blocked: { servers: 48, socketsBlocked: true },
} as const satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof SCENARIOS

export function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(SCENARIOS, name)
}
