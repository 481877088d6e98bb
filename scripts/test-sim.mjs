// Tests that the simulator serves what our exporter serves: the same families, of the same type, with the same help and labels.
//
// Both are scraped, the exporter with the flags for what the simulator plays beyond its defaults. The GPUs are those of testing/nvml-fake. A family that depends on the hardware may be on one side only.
//
// usage: node scripts/test-sim.mjs      PROFILE (debug) says which build

import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { built, freePort, withStack } from './stack.mjs'

const programs = built(process.env.PROFILE ?? 'debug')
/** What this machine may lack, or have while the recorded one lacked it. */
const HARDWARE =
  /^node_(arp|bcache|bonding|btrfs|cooling_device|cpu_(core|frequency|package|scaling)|disk|dmi|drm|edac|fibrechannel|hwmon|infiniband|ipvs|md|mdadm|netstat|network|nf_conntrack|nfs|nfsd|nvme|nvmesubsystem|power_supply|rapl|selinux|swap|tape|thermal|time_clocksource|udp|watchdog|xfrm|xfs|zfs|zoneinfo)_/
/** What only an event brings. */
const EVENT = /^sightline_gpu_xid_/
/** The same numbers under labels that a kernel, a driver or a file system gives. */
const OWN_LABELS = /^node_(os|dmi|uname|selinux)_info$/

await withStack(async (stack) => {
  const exporter = `127.0.0.1:${await freePort()}`
  const scenario = path.join(stack.folder, 'scenario.toml')
  // A process that is there, so that it has a name.
  const job = `process = [{ pid = ${process.pid}, memory = 68182605824, sm = 90 }]`
  writeFileSync(scenario, `[[gpu]]\nkind = "h100"\n${job}\n`.repeat(2))
  await stack.start(
    path.join(programs, 'sightline-exporter'),
    [
      `--web.listen-address=${exporter}`,
      `--collector.gpu.nvml-library=${path.join(programs, 'libnvml_fake.so')}`,
      '--collector.gpu.processes',
      '--collector.cpu.info',
      '--collector.netdev.address-info',
    ],
    { answers: `http://${exporter}/-/healthy`, env: { SIGHTLINE_FAKE_NVML_SCENARIO: scenario } },
  )
  const simulator = `127.0.0.1:${await freePort()}`
  await stack.start(path.join(programs, 'sightline-sim'), [`--listen=${simulator}`, '--servers=10'], {
    answers: `http://${simulator}/-/healthy`,
  })
  const targets = await (await fetch(`http://${simulator}/targets`)).json()
  const withGpus = targets.find((it) => it.labels.role === 'ai')
  await families(`http://${exporter}/metrics`) // rates of GPUs begin with the second scrape
  await new Promise((resolve) => setTimeout(resolve, 1200))

  const real = await families(`http://${exporter}/metrics`)
  const played = await families(`http://${simulator}${withGpus.labels.__metrics_path__}`)
  const wrong = []
  for (const name of new Set([...real.keys(), ...played.keys()])) {
    const [its, theirs] = [real.get(name), played.get(name)]
    if (!its || !theirs) {
      if (!HARDWARE.test(name) && !EVENT.test(name))
        wrong.push(`${name}: only ${its ? 'the exporter' : 'the simulator'} has it`)
      continue
    }
    for (const what of OWN_LABELS.test(name) ? ['help', 'type'] : ['help', 'type', 'labels']) {
      if (its[what] !== theirs[what]) wrong.push(`${name}: its ${what} is “${its[what]}”, simulated “${theirs[what]}”`)
    }
  }
  if (wrong.length > 0) throw new Error(`the simulator differs from the exporter:\n  ${wrong.join('\n  ')}`)
  if (real.size < 200) throw new Error(`only ${real.size} families were compared`)
  console.log(`${real.size} families of the exporter, ${played.size} of the simulator: alike`)
})

/** Help, type and names of labels of every family of an exposition. */
async function families(url) {
  const found = new Map()
  const text = await (await fetch(url)).text()
  for (const line of text.split('\n')) {
    const [, keyword, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (keyword) found.set(name, { ...found.get(name), [keyword.toLowerCase()]: rest })
    const [, series, labels] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line) ?? []
    if (series && found.has(series)) {
      found.get(series).labels = [...(labels ?? '').matchAll(/([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"/g)]
        .map((it) => it[1])
        .sort()
        .join()
    }
  }
  return found
}
