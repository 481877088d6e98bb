// A table whose rows are labels' values and whose columns are PromQL expressions; each cell that is missing says so.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'

import { vectorsQuery } from '@/api/promqlQueries'
import { Missing } from '@/components/Missing'
import { QueryButton } from '@/components/QueryButton'
import type { Labels } from '@/lib/matrix'
import { Card } from '@/ui/Card'
import { DataTable } from '@/ui/DataTable'
import { Failure, Loading, Nothing } from '@/ui/Message'

export interface Figure {
  title: string
  /** Its answer has one sample per row. */
  expression: string
  format: (value: number) => ReactNode
}

interface PromTableProps {
  title: string
  note?: ReactNode
  /** The label whose values are the rows. */
  label: string
  labelTitle: string
  figures: readonly Figure[]
  /** Names a row; its label's value when left out. */
  name?: (value: string, labels: Labels) => ReactNode
  nothing: string
  children?: ReactNode
}

export function PromTable({ title, note, label, labelTitle, figures, name, nothing, children }: PromTableProps) {
  const { data: answers } = useQuery(vectorsQuery(figures.map((it) => it.expression)))
  const failure = answers?.find((it) => it.error !== null)?.error
  const rows = new Map<string, { labels: Labels; values: (number | null)[] }>()
  answers?.forEach(({ samples }, column) => {
    for (const { metric, value } of samples ?? []) {
      const key = metric[label] ?? ''
      const row = rows.get(key) ?? { labels: metric, values: [] }
      row.values[column] = value
      rows.set(key, row)
    }
  })
  return (
    <Card
      title={title}
      note={note}
      actions={
        <QueryButton
          title={title.toLowerCase()}
          queries={figures.map((it) => ({ label: it.title, expression: it.expression }))}
        />
      }
    >
      {failure && rows.size === 0 ? (
        <Failure title={`${title}: not known.`} error={failure} />
      ) : !answers ? (
        <Loading what={title.toLowerCase()} />
      ) : rows.size === 0 ? (
        <Nothing>{nothing}</Nothing>
      ) : (
        <DataTable
          label={title}
          columns={[
            { title: labelTitle, cell: ([key, { labels }]: [string, Row]) => (name ? name(key, labels) : key) },
            ...figures.map((figure, column) => ({
              title: figure.title,
              align: 'right' as const,
              cell: ([, { values }]: [string, Row]) => <Cell value={values[column]} format={figure.format} />,
            })),
          ]}
          rows={[...rows]}
          rowKey={([key]) => key}
        />
      )}
      {children}
    </Card>
  )
}

interface Row {
  labels: Labels
  values: (number | null | undefined)[]
}

function Cell({ value, format }: { value: number | null | undefined; format: Figure['format'] }) {
  return value === null || value === undefined ? <Missing /> : format(value)
}
