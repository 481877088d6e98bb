// The name of a GPU's curve: "0 3 sw_power_cap" on the wire, "GPU 0 MIG 3 power limit" for eyes.
import { heldBackBy } from '@/lib/heldBack'

interface Named {
  name: string
  labels: Record<string, string>
}

/** A series that is of no GPU keeps its name. */
export function seriesName({ name, labels: { gpu, GPU_I_ID: instance, reason } }: Named): string {
  if (!gpu) return name
  const places = [gpu, instance].filter(Boolean).join(' ')
  if (name !== places && !name.startsWith(`${places} `)) return name
  const what = name.slice(places.length + 1)
  return [`GPU ${gpu}`, instance && `MIG ${instance}`, what === reason ? heldBackBy(what) : what]
    .filter(Boolean)
    .join(' ')
}
