// What a filter of servers may be made of: the gateway's columns, and the labels that the fleet has.
import { queryClient } from '@/api/gateway'
import { liveQuery, serversResource, type ServerRow } from '@/api/queries'
import { complete, type Suggestion, type Vocabulary } from '@/lib/completion'

/** Those of `filter` in docs/api.md. */
const COLUMNS = [
  'cpu',
  'memory',
  'filesystem',
  'load',
  'network',
  'disk',
  'gpu',
  'gpus',
  'gpu.memory',
  'gpu.temperature',
  'gpu.warnings',
  'temperature',
  'uptime',
  'alerts',
]

/** The gateway gives no more rows at a time; a label with more values than they have is narrowed by typing. */
const SAMPLE = 1000
const FRESH_MS = 60_000

export async function suggest(text: string, caret: number): Promise<Suggestion[]> {
  return complete(text, caret, await vocabulary())
}

/** The words of these rows, which are the same for one letter after another. */
let known: { rows: readonly ServerRow[]; words: Vocabulary } | null = null

/** What may be typed. Asked for as soon as somebody might: the first letter is not to wait for a thousand rows. */
export async function vocabulary(): Promise<Vocabulary> {
  const { queryKey, queryFn } = liveQuery(serversResource({ sort: 'name', limit: SAMPLE }))
  const rows = await queryClient
    .query({ queryKey, queryFn, staleTime: FRESH_MS })
    .then(({ servers }) => servers)
    // Without the fleet's labels the columns are still worth naming.
    .catch((): ServerRow[] => [])
  if (known?.rows !== rows) known = { rows, words: wordsOf(rows) }
  return known.words
}

function wordsOf(rows: readonly ServerRow[]): Vocabulary {
  const labels = new Map<string, Set<string>>()
  for (const row of rows) {
    for (const [name, value] of Object.entries(row.labels)) labels.set(name, (labels.get(name) ?? new Set()).add(value))
  }
  const sorted = [...labels].map(([name, values]) => [name, [...values].toSorted()] as const)
  return { columns: COLUMNS, labels: new Map(sorted) }
}
