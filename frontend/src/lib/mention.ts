// Where a text names something, so that the name can lead there and need not be said twice.

/** What a name may go on with: `web-1` is not named by `web-10`, `web-1.fra` or `old-web-1`, but by `web-1.` at an end. */
const INSIDE = /[\p{L}\p{N}_-]/u
const DOTTED = /^\.[\p{L}\p{N}_]/u

/** The text before the first mention of the name and what follows it; null where there is none. */
export function mention(text: string, name: string): readonly [before: string, after: string] | null {
  if (name === '') return null
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const [before, after] = [text.slice(0, at), text.slice(at + name.length)]
    if (
      !INSIDE.test(before.slice(-1)) &&
      !before.endsWith('.') &&
      !INSIDE.test(after.slice(0, 1)) &&
      !DOTTED.test(after)
    )
      return [before, after]
  }
  return null
}
