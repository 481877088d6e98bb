// Chance that can be had again: the same seed, the same choices.

/** Chooses by `seed`. */
export function chance(seed) {
  const number = generator(seed)
  const below = (limit) => Math.floor(number() * limit)
  return {
    number,
    pick: (list) => list[below(list.length)],
    shuffled: (list) => {
      const rest = [...list]
      return list.map(() => rest.splice(below(rest.length), 1)[0])
    },
  }
}

/** Numbers from 0 to below 1 (mulberry32). */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
