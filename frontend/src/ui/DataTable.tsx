// A plain table of few rows: a column is a title and a cell.
import type { ReactNode } from 'react'

import { classes } from '@/ui/classes'
import { ScrollX } from '@/ui/ScrollX'

export interface Column<Row> {
  title: string
  cell: (row: Row) => ReactNode
  align?: 'left' | 'right'
  /** Takes what is left of the width. */
  wide?: boolean
}

interface DataTableProps<Row> {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
}

/** The first column names the row. */
export function DataTable<Row>({ label, columns, rows, rowKey }: DataTableProps<Row>) {
  return (
    <ScrollX label={`${label}, sideways`}>
      <table aria-label={label} className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line text-xs text-ink-soft">
            {columns.map(({ title, align, wide }) => (
              <th key={title} scope="col" className={classes(cellClass(align), 'font-medium', wide && 'w-full')}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className="border-b border-line last:border-b-0 hover:bg-hover">
              {columns.map(({ title, cell, align }, index) =>
                index === 0 ? (
                  <th key={title} scope="row" className={classes(cellClass(align), 'font-medium')}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={title} className={cellClass(align)}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
}

function cellClass(align: 'left' | 'right' | undefined): string {
  return classes('px-3 py-1 whitespace-nowrap', align === 'right' ? 'text-right' : 'text-left')
}
