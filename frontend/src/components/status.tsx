// A server's status: a word, a shape and a colour, never the colour alone.
import type { ServerStatus } from '@/api/queries'
import { classes } from '@/ui/classes'
import { Icon, type IconName } from '@/ui/Icon'

interface StatusLook {
  label: string
  icon: IconName
  color: string
}

export const STATUS: Record<ServerStatus, StatusLook> = {
  up: { label: 'Up', icon: 'check', color: 'text-ok' },
  stale: { label: 'Stale', icon: 'clock', color: 'text-warn' },
  down: { label: 'Down', icon: 'cross', color: 'text-bad' },
}

export function StatusLabel({ status, children }: { status: ServerStatus; children?: React.ReactNode }) {
  const { label, icon, color } = STATUS[status]
  return (
    <span className={classes('inline-flex items-center gap-1 font-medium', color)}>
      <Icon name={icon} className="size-3.5" />
      {label}
      {children}
    </span>
  )
}
