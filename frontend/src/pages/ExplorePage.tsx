// PromQL, asked through the gateway's proxy. All of it is in the URL, so that an answer can be sent to somebody.
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'

import { PromqlEditor } from '@/components/PromqlEditor'
import { PromqlResult } from '@/components/PromqlResult'
import { RangePicker } from '@/components/RangePicker'
import { parseRange, SHORTEST_SECONDS, type Range } from '@/lib/ranges'
import { formatAge } from '@/lib/time'
import { EXPRESSIONS, expressionsIn, expressionsOf, parseStep, type ExploreSearch } from '@/pages/exploreSearch'
import { searchOf } from '@/pages/serverSearch'
import { Button } from '@/ui/Button'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'
import { Nothing } from '@/ui/Message'
import { Select } from '@/ui/Select'

const route = getRouteApi('/explore')

const STEPS = [
  { value: '', label: 'as the range' },
  ...[5, 15, 60, 300, 3600].map((it) => ({ value: String(it), label: formatAge(it) })),
]

export function ExplorePage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const range = useMemo(() => parseRange(search), [search])
  const tab = search.tab === 'table' ? 'table' : 'graph'
  const asked = expressionsOf(search)
  const change = useCallback(
    (next: ExploreSearch) => {
      void navigate({ search: (old) => ({ ...old, ...next }), resetScroll: false })
    },
    [navigate],
  )
  const onRange = useCallback(
    (next: Range) => {
      change(searchOf(next))
    },
    [change],
  )
  const onZoom = useCallback(
    (from: number, to: number) => {
      const start = Math.floor(from)
      change(searchOf({ kind: 'fixed', start, end: Math.max(Math.ceil(to), start + SHORTEST_SECONDS) }))
    },
    [change],
  )
  const run = useCallback(
    (expressions: readonly string[]) => {
      change(expressionsIn(expressions))
    },
    [change],
  )

  return (
    <div className="flex flex-col gap-3">
      <h1 className="sr-only">Explore</h1>
      {/* Another URL's expressions are another's drafts. */}
      <Queries key={JSON.stringify(asked)} asked={asked} onRun={run} />
      <div className="flex flex-wrap items-center gap-2">
        <RangePicker range={range} onRange={onRange} />
        <Select
          label="Step"
          value={search.step ?? ''}
          options={STEPS}
          onChange={(step) => {
            change({ step: step === '' ? undefined : step })
          }}
        />
        <Tabs
          tab={tab}
          onTab={(next) => {
            change({ tab: next === 'graph' ? undefined : next })
          }}
        />
      </div>
      {asked[0] === '' ? (
        <Nothing>
          Write an expression and press Enter. Names, labels and functions complete as you type; every chart of a
          server&apos;s page leads here with its own.
        </Nothing>
      ) : (
        asked.map((expression) => (
          <PromqlResult
            key={expression}
            expression={expression}
            range={range}
            step={parseStep(search.step)}
            as={tab}
            onZoom={onZoom}
          />
        ))
      )}
    </div>
  )
}

interface QueriesProps {
  asked: string[]
  onRun: (expressions: readonly string[]) => void
}

/** The expressions as they are being written; they count when they are run. */
function Queries({ asked, onRun }: QueriesProps) {
  const [drafts, setDrafts] = useState(asked)
  const withDraft = (index: number, draft: string) => drafts.map((it, at) => (at === index ? draft : it))
  return (
    <div className="flex flex-col gap-2">
      {drafts.map((draft, index) => (
        <div key={index} className="flex items-start gap-2">
          <PromqlEditor
            label={drafts.length === 1 ? 'Expression' : `Expression ${index + 1}`}
            value={draft}
            onChange={(next) => {
              setDrafts(withDraft(index, next))
            }}
            onRun={(next) => {
              onRun(withDraft(index, next))
            }}
          />
          {drafts.length > 1 && (
            <Button
              aria-label={`Remove expression ${index + 1}`}
              onClick={() => {
                onRun(drafts.filter((_, at) => at !== index))
              }}
            >
              <Icon name="cross" />
            </Button>
          )}
        </div>
      ))}
      <div className="flex gap-2">
        <Button
          look="primary"
          onClick={() => {
            onRun(drafts)
          }}
        >
          Run
        </Button>
        {drafts.length < EXPRESSIONS.length && (
          <Button
            look="outlined"
            onClick={() => {
              setDrafts([...drafts, ''])
            }}
          >
            Add an expression
          </Button>
        )}
      </div>
    </div>
  )
}

const TABS = ['graph', 'table'] as const
type Tab = (typeof TABS)[number]

function Tabs({ tab, onTab }: { tab: Tab; onTab: (tab: Tab) => void }) {
  return (
    <div
      role="group"
      aria-label="Show as"
      className="flex overflow-hidden rounded border border-line-strong bg-surface"
    >
      {TABS.map((it) => (
        <button
          key={it}
          type="button"
          aria-pressed={it === tab}
          onClick={() => {
            onTab(it)
          }}
          className={classes(
            'h-7 border-r border-line px-2 text-xs font-medium capitalize last:border-r-0',
            it === tab ? 'bg-accent-soft text-accent' : 'text-ink-soft hover:bg-hover hover:text-ink',
          )}
        >
          {it}
        </button>
      ))}
    </div>
  )
}
