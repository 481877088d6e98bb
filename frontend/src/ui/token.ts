// The colours of the tokens as a canvas needs them: resolved for the theme of the moment, once.
import { onColorScheme } from '@/ui/useTheme'

/** What each was when it was last asked for. Resolving one lays the page's styles out, so each is resolved once for a theme. */
const known = new Map<string, string>()

onColorScheme(() => {
  known.clear()
})

/** What `var(name)` is right now, as `rgb(…)`. */
export function resolveTokens<Name extends string>(names: readonly Name[]): Record<Name, string> {
  resolve(names.filter((it) => !known.has(it)))
  return Object.fromEntries(names.map((it) => [it, known.get(it)])) as Record<Name, string>
}

function resolve(names: readonly string[]): void {
  if (names.length === 0) return
  const probes = names.map((name) => {
    const probe = document.createElement('span')
    probe.style.color = `var(--${name})`
    return probe
  })
  document.body.append(...probes)
  names.forEach((name, index) => {
    const probe = probes[index]
    if (probe) known.set(name, getComputedStyle(probe).color)
  })
  for (const probe of probes) probe.remove()
}
