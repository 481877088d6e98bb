// Numbers from the command line.

import path from 'node:path'

/**
 * The whole numbers that a script is called with, by name: each is `[unlessGiven, least, most]`, in the order in which they are
 * given. Ends the script with 2 and in words where one is something else, or where there are more.
 */
export function wholeNumbers(described) {
  const given = process.argv.slice(2)
  const names = Object.keys(described)
  if (given.length > names.length)
    refuse(`\`${given[names.length]}\` is one too many; allowed: ${names.map((it) => `[${it}]`).join(' ')}`)
  return names.map((name, at) => {
    const [unlessGiven, least, most] = described[name]
    if (given[at] === undefined) return unlessGiven
    const isOne = /^\d{1,15}$/.test(given[at]) && Number(given[at]) >= least && Number(given[at]) <= most
    if (!isOne) refuse(`${name} is \`${given[at]}\`, and must be a whole number from ${least} to ${most}`)
    return Number(given[at])
  })
}

function refuse(why) {
  console.error(`${path.basename(process.argv[1], '.mjs')}: ${why}`)
  process.exit(2)
}
