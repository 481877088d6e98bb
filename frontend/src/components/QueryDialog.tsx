// The PromQL behind a number or a table's columns: to read, to copy, and to open where one can ask on.
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'

import { panelsQuery } from '@/api/queries'
import { QueryLine } from '@/charts/QueryLine'
import type { AskedQueries, Query, ServerIdentity } from '@/components/askedQueries'
import { EXPRESSIONS } from '@/lib/expressions'
import { parseRange } from '@/lib/ranges'
import { Dialog } from '@/ui/Dialog'

export function QueryDialog({ asked: { title, queries }, onClose }: { asked: AskedQueries; onClose: () => void }) {
  const range = parseRange(useSearch({ strict: false }))
  const { data } = useQuery(panelsQuery)
  const withRates = queries.some((it) => expressionOf(it).includes('rate('))
  return (
    <Dialog title={`PromQL of ${title}`} onClose={onClose} className="w-160">
      {withRates && (
        <p className="text-xs text-ink-soft">
          Rates are over two minutes here, so that they answer at any scrape interval; the page takes them over the
          newest four scrapes.
        </p>
      )}
      <dl className="-mx-3">
        {queries.map((it) => (
          <div key={it.label}>
            {queries.length > 1 && <dt className="px-3 text-xs font-medium text-ink-soft">{it.label}</dt>}
            <dd>
              <QueryLine
                expression={expressionOf(it)}
                range={range}
                grafana={data?.grafana_url ?? null}
                onLeave={onClose}
              />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

function expressionOf(query: Query): string {
  return 'expression' in query ? query.expression : EXPRESSIONS[query.figure](matchersOf(query.server))
}

function matchersOf(server: ServerIdentity | undefined): string {
  if (!server) return ''
  return `instance=${JSON.stringify(server.instance)},job=${JSON.stringify(server.job)}`
}
