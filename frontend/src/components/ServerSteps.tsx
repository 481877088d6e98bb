// From one server to the next in the order of the list: `j` and `k`, or the two links.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'

import { liveQuery, serversResource, type ServerList } from '@/api/queries'
import { Icon } from '@/ui/Icon'
import { useShortcut } from '@/ui/useShortcut'

/** In a larger fleet one goes by the list or by search. */
const REACH = 200

export function ServerSteps({ id }: { id: string }) {
  const navigate = useNavigate()
  const { queryKey, queryFn } = liveQuery(serversResource({ sort: 'name', limit: REACH }))
  const { data: neighbours } = useQuery({
    queryKey,
    queryFn,
    staleTime: 60_000,
    select: (list) => neighboursOf(list, id),
  })
  const go = useCallback(
    (to: string | undefined) => {
      if (to !== undefined) void navigate({ to: '/servers/$id', params: { id: to }, search: (old) => old })
    },
    [navigate],
  )
  const next = useCallback(() => {
    go(neighbours?.next)
  }, [go, neighbours])
  const previous = useCallback(() => {
    go(neighbours?.previous)
  }, [go, neighbours])
  useShortcut('j', next)
  useShortcut('k', previous)

  return (
    <nav aria-label="Servers" className="flex items-center gap-3 text-xs text-ink-soft">
      <Link to="/" className="hover:text-ink">
        Fleet
      </Link>
      <span className="ml-auto flex gap-3">
        <Step to={neighbours?.previous} label="Previous" icon="left" shortcut="k" />
        <Step to={neighbours?.next} label="Next" icon="right" shortcut="j" />
      </span>
    </nav>
  )
}

interface StepProps {
  to: string | undefined
  label: string
  icon: 'left' | 'right'
  shortcut: string
}

function Step({ to, label, icon, shortcut }: StepProps) {
  if (to === undefined) return null
  return (
    <Link
      to="/servers/$id"
      params={{ id: to }}
      search={(old) => old}
      aria-keyshortcuts={shortcut}
      title={`${to} (${shortcut})`}
      className="inline-flex items-center gap-1 hover:text-ink"
    >
      {icon === 'left' && <Icon name="left" className="size-3" />}
      {label}
      {icon === 'right' && <Icon name="right" className="size-3" />}
    </Link>
  )
}

function neighboursOf(
  { servers }: ServerList,
  id: string,
): { previous?: string | undefined; next?: string | undefined } {
  const place = servers.findIndex((it) => it.id === id)
  return place < 0 ? {} : { previous: servers[place - 1]?.id, next: servers[place + 1]?.id }
}
