// The PromQL behind a chart: to read, to copy, and to open where one can ask on.
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { grafanaExplore } from '@/lib/grafana'
import type { Range } from '@/lib/ranges'
import { Button } from '@/ui/Button'

interface QueryLineProps {
  expression: string
  range: Range
  /** Where Grafana is, if there is one. */
  grafana: string | null
  /** The page is about to be left for Explore. */
  onLeave?: () => void
}

export function QueryLine({ expression, range, grafana, onLeave }: QueryLineProps) {
  const [copied, setCopied] = useState(false)
  const search = range.kind === 'rolling' ? { range: range.id } : { from: String(range.start), to: String(range.end) }
  return (
    <div className="mx-3 mb-2 flex flex-col gap-1 rounded border border-line bg-canvas p-2">
      <code className="max-h-24 overflow-y-auto font-mono text-xs [overflow-wrap:anywhere]">{expression}</code>
      <span className="flex flex-wrap gap-2 text-xs">
        <Link
          to="/explore"
          search={{ expr: expression, ...search }}
          {...(onLeave && { onClick: onLeave })}
          className={LINK}
        >
          Open in Explore
        </Link>
        <GrafanaExplore grafana={grafana} expression={expression} range={range} />
        <Button
          look="outlined"
          className="ml-auto h-6 text-xs"
          onClick={() => {
            void navigator.clipboard.writeText(expression).then(() => {
              setCopied(true)
            })
          }}
        >
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </span>
    </div>
  )
}

/** The same expression and range in Grafana; nothing where there is none. */
export function GrafanaExplore({ grafana, expression, range }: Omit<QueryLineProps, 'onLeave'>) {
  if (grafana === null) return null
  return (
    <a href={grafanaExplore(grafana, expression, range)} target="_blank" rel="noreferrer" className={LINK}>
      Open in Grafana
    </a>
  )
}

const LINK = 'self-center font-medium text-accent underline underline-offset-2'
