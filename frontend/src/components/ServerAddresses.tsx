// The addresses of a server's interfaces, where its exporter tells them; where not, how it would.
import { useQuery } from '@tanstack/react-query'

import { vectorsQuery } from '@/api/promqlQueries'
import type { ServerIdentity } from '@/components/askedQueries'

/** The header has one line for them; all are in the tooltip. */
const SHOWN = 3
const REFRESH_MS = 300_000

export function ServerAddresses({ server: { instance, job } }: { server: ServerIdentity }) {
  const matchers = `instance=${JSON.stringify(instance)},job=${JSON.stringify(job)}`
  const { data } = useQuery({
    ...vectorsQuery([`node_network_address_info{${matchers},scope="global"}`]),
    refetchInterval: REFRESH_MS,
    staleTime: REFRESH_MS,
  })
  const samples = data?.[0]?.samples
  // Not known yet, or nobody to ask: the line does without.
  if (!samples) return null
  const addresses = samples.map(({ metric }) => ({ device: metric.device ?? '', address: metric.address ?? '' }))
  const all = addresses.map((it) => `${it.address} (${it.device})`).join(', ')
  return (
    <div className="flex gap-1.5">
      <dt className="text-ink-faint">Addresses</dt>
      <dd title={all || HOW}>
        {addresses.length === 0
          ? 'not told'
          : addresses
              .slice(0, SHOWN)
              .map((it) => it.address)
              .join(', ')}
        {addresses.length > SHOWN && ` and ${addresses.length - SHOWN} more`}
        {addresses.length === 0 && <span className="sr-only">: {HOW}</span>}
      </dd>
    </div>
  )
}

const HOW = 'The exporter tells addresses with --collector.netdev.address-info.'
