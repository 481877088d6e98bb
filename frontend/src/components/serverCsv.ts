// The servers of a list as a file: all that match, in base units, an empty field where nothing is known.
import { get } from '@/api/client'
import { serversResource, type ServerRow } from '@/api/queries'
import { toCsv, type Field } from '@/lib/csv'

const PAGE = 1000

type Fields = Record<string, (row: ServerRow) => Field>

/** In every file: who it is and how it is. */
const ALWAYS: Fields = {
  name: (row) => row.name,
  instance: (row) => row.instance,
  job: (row) => row.job,
  status: (row) => row.status,
}

/** What a column of the table is in the file: the name of a field says the unit. */
const FIELDS: Record<string, Fields> = {
  cpu: { cpu_ratio: (row) => row.cpu_ratio },
  cores: { cores: (row) => row.cores },
  load: { load1: (row) => row.load1 },
  memory: {
    memory_used_bytes: (row) => row.memory_used_bytes,
    memory_total_bytes: (row) => row.memory_total_bytes,
  },
  swap: { swap_used_bytes: (row) => row.swap_used_bytes, swap_total_bytes: (row) => row.swap_total_bytes },
  filesystem: { filesystem_used_ratio: (row) => row.filesystem?.used_ratio ?? null },
  network: {
    network_receive_bytes_per_second: (row) => row.network_receive_bytes_per_second,
    network_transmit_bytes_per_second: (row) => row.network_transmit_bytes_per_second,
  },
  disk: {
    disk_read_bytes_per_second: (row) => row.disk_read_bytes_per_second,
    disk_written_bytes_per_second: (row) => row.disk_written_bytes_per_second,
  },
  gpu: {
    gpu_count: (row) => row.gpu?.count ?? null,
    gpu_utilization_ratio: (row) => row.gpu?.utilization_ratio ?? null,
    gpu_memory_used_bytes: (row) => row.gpu?.memory_used_bytes ?? null,
    gpu_temperature_celsius: (row) => row.gpu?.temperature_celsius ?? null,
    gpu_power_watts: (row) => row.gpu?.power_watts ?? null,
    gpu_warnings: (row) => row.gpu?.warnings.length ?? null,
  },
  temperature: { temperature_celsius: (row) => row.temperature_celsius },
  uptime: { uptime_seconds: (row) => row.uptime_seconds },
  alerts: { alerts_firing: (row) => row.alerts.firing },
}

/** The fields of the chosen columns; of all when nobody chose. */
export function fieldsOf(columns: readonly string[] | null): Fields {
  const chosen = columns ?? Object.keys(FIELDS)
  const fields = chosen.map((id): Fields => {
    const [, label] = /^label\.(.+)$/.exec(id) ?? []
    return label === undefined ? (FIELDS[id] ?? {}) : { [label]: (row) => row.labels[label] ?? null }
  })
  return Object.fromEntries([ALWAYS, ...fields].flatMap((it) => Object.entries(it)))
}

export interface ListOfServers {
  filter: string | undefined
  sort: string | undefined
  columns: readonly string[] | null
}

/** Asks for every matching row and lets the browser save them. */
export async function saveServers(list: ListOfServers): Promise<void> {
  const fields = fieldsOf(list.columns)
  const rows = await loadAll(list)
  const cells = rows.map((row) => Object.values(fields).map((field) => field(row)))
  save('servers.csv', toCsv(Object.keys(fields), cells))
}

async function loadAll({ filter, sort }: ListOfServers): Promise<ServerRow[]> {
  const rows: ServerRow[] = []
  let matched: number
  do {
    const page = await get(serversResource({ filter, sort, offset: rows.length, limit: PAGE }))
    if (page.servers.length === 0) break
    rows.push(...page.servers)
    matched = page.matched
  } while (rows.length < matched)
  return rows
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
