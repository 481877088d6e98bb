// What stands around every page: the way to the others, how live it all is, and what is said when it is not.
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { lazy, memo, Suspense, useCallback, useState, useSyncExternalStore } from 'react'

import { OVERVIEW, type Overview } from '@/api/queries'
import { useLive } from '@/api/useLive'
import { Announcer } from '@/components/Announcer'
import { askedQueries, askQueries, onAskedQueries } from '@/components/askedQueries'
import { Banner } from '@/components/Banner'
import { ConnectionIndicator } from '@/components/ConnectionIndicator'
import { useIsOld } from '@/components/freshness'
import { ThemeSwitch } from '@/components/ThemeSwitch'
import { Button } from '@/ui/Button'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'
import { useShortcut } from '@/ui/useShortcut'

// Nobody needs them before a key or a press.
const Palette = lazy(async () => ({ default: (await import('@/components/Palette')).Palette }))
const Settings = lazy(async () => ({ default: (await import('@/components/Settings')).Settings }))
const KeyboardHelp = lazy(async () => ({ default: (await import('@/components/KeyboardHelp')).KeyboardHelp }))
const QueryDialog = lazy(async () => ({ default: (await import('@/components/QueryDialog')).QueryDialog }))

/** What lies over the page. */
type Overlay = 'search' | 'settings' | 'keys'

const NAVIGATION = [
  { to: '/', label: 'Fleet' },
  { to: '/gpus', label: 'GPUs' },
  { to: '/alerts', label: 'Alerts' },
  { to: '/explore', label: 'Explore' },
  { to: '/health', label: 'Health' },
] as const

export function Shell() {
  const old = useIsOld()
  const kiosk = useRouterState({ select: ({ location }) => 'kiosk' in location.search })
  const [overlay, setOverlay] = useState<Overlay | null>(null)
  const asked = useSyncExternalStore(onAskedQueries, askedQueries)
  const search = useCallback(() => {
    setOverlay('search')
  }, [])
  const settings = useCallback(() => {
    setOverlay('settings')
  }, [])
  const keys = useCallback(() => {
    setOverlay('keys')
  }, [])
  const close = useCallback(() => {
    setOverlay(null)
  }, [])
  const closeQueries = useCallback(() => {
    askQueries(null)
  }, [])
  useShortcut('k', search, { command: true })
  useShortcut('?', keys)

  return (
    <>
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-30 focus:bg-surface focus:p-2">
        Skip to content
      </a>
      {!kiosk && <Header onSearch={search} onSettings={settings} />}
      {/* What hangs on a wall has the screen's height, of which a banner takes its part. */}
      <div className={classes(kiosk && 'flex h-dvh flex-col overflow-clip')}>
        <Banner />
        <main
          id="main"
          tabIndex={-1}
          className={classes(
            'mx-auto p-3 outline-none',
            kiosk ? 'min-h-0 w-full flex-1' : 'max-w-[1920px]',
            old && 'grayscale',
          )}
        >
          <Outlet />
        </main>
      </div>
      <Announcer />
      <Suspense>
        {overlay === 'search' && (
          <Palette
            pages={NAVIGATION}
            actions={[
              { label: 'Times and units', act: settings },
              { label: 'Keyboard shortcuts', act: keys },
            ]}
            onClose={close}
          />
        )}
        {overlay === 'settings' && <Settings onClose={close} />}
        {overlay === 'keys' && <KeyboardHelp onClose={close} />}
        {asked && <QueryDialog asked={asked} onClose={closeQueries} />}
      </Suspense>
    </>
  )
}

const Header = memo(function Header({ onSearch, onSettings }: { onSearch: () => void; onSettings: () => void }) {
  const { data: firing } = useLive(OVERVIEW, selectFiring)
  return (
    <header className="sticky top-0 z-20 flex h-11 items-center gap-x-1 border-b border-line bg-surface px-3 max-sm:static max-sm:h-auto max-sm:flex-wrap max-sm:py-1">
      <Link to="/" aria-label="Sightline" className="mr-3 flex items-center gap-2 font-semibold">
        <Logo />
        <span className="max-sm:hidden">Sightline</span>
      </Link>
      <nav aria-label="Pages" className="flex self-stretch max-sm:order-last max-sm:w-full">
        {NAVIGATION.map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: to === '/', includeSearch: false }}
            className="flex items-center gap-1.5 px-2.5 max-[22rem]:px-2 py-1.5 font-medium text-ink-soft hover:text-ink"
            activeProps={{ className: 'text-ink shadow-[inset_0_-2px_var(--accent)]' }}
          >
            {label}
            {to === '/alerts' && firing !== undefined && firing > 0 && (
              <span className="rounded-full bg-bad-soft px-1.5 text-2xs font-semibold text-bad">
                {firing}
                <span className="sr-only"> firing</span>
              </span>
            )}
          </Link>
        ))}
      </nav>
      <div className="ml-auto flex items-center gap-1">
        <ConnectionIndicator />
        <Button look="outlined" onClick={onSearch} aria-keyshortcuts="Control+K Meta+K">
          <Icon name="search" className="size-3.5" />
          <span className="sr-only">Search servers and pages</span>
          <span className="text-xs text-ink-faint max-sm:hidden">Ctrl K</span>
        </Button>
        <Button aria-label="Times and units" title="Times and units" onClick={onSettings}>
          <Icon name="sliders" />
        </Button>
        <ThemeSwitch />
      </div>
    </header>
  )
})

function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="size-6" aria-hidden="true">
      <rect width="32" height="32" rx="7" className="fill-accent" />
      <path
        d="M4 18h6l3-9 5 15 3.5-10 1.5 4h5"
        fill="none"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        className="stroke-accent-ink"
      />
    </svg>
  )
}

function selectFiring({ alerts }: Overview): number {
  return alerts.firing
}
