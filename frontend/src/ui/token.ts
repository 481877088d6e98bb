// The colours of the tokens as a canvas needs them: resolved for the theme of the moment.

/** What `var(name)` is right now, as `rgb(…)`. */
export function resolveTokens<Name extends string>(names: readonly Name[]): Record<Name, string> {
  const probe = document.createElement('span')
  document.body.append(probe)
  const colors = Object.fromEntries(
    names.map((name) => {
      probe.style.color = `var(--${name})`
      return [name, getComputedStyle(probe).color]
    }),
  )
  probe.remove()
  return colors as Record<Name, string>
}
