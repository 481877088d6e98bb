// What answers change on the page, once a frame: they come one by one, and each alone would be drawn alone.

const queue: (() => void)[] = []

/** Calls back before the next frame, together with all others; at once in a hidden tab, which has no frames. */
export function inNextFrame(act: () => void): void {
  queue.push(act)
  if (queue.length > 1) return
  if (document.visibilityState === 'visible') requestAnimationFrame(flush)
  else setTimeout(flush)
}

function flush(): void {
  for (const act of queue.splice(0)) act()
}
