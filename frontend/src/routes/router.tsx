// Every URL of the UI in one list. Pages load when they are opened; what the URL says is parsed here, once.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'

import { queryClient } from '@/api/gateway'
import { ALERTS, HEALTH, liveQuery, OVERVIEW, panelsQuery, serverResource } from '@/api/queries'
import { parseAlertsSearch } from '@/pages/alertsSearch'
import { FleetPage } from '@/pages/FleetPage'
import { parseExploreSearch } from '@/pages/exploreSearch'
import { parseFleetSearch } from '@/pages/fleetSearch'
import { parseGpusSearch } from '@/pages/gpusSearch'
import { NotFoundPage } from '@/pages/NotFoundPage'
import { PageFailure } from '@/pages/PageFailure'
import { parseServerSearch } from '@/pages/serverSearch'
import { Shell } from '@/pages/Shell'
import { parseSearch, stringifySearch } from '@/routes/search'

/** Sends a question out while a page's script is on its way; the page itself deals with the answer, or with none. */
function ask<Body>(query: ReturnType<typeof liveQuery<Body>> | typeof panelsQuery): void {
  queryClient.query(query as ReturnType<typeof liveQuery<unknown>>).catch(() => undefined)
}

const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage, errorComponent: PageFailure })

const fleet = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: parseFleetSearch,
  loader: () => {
    ask(liveQuery(OVERVIEW))
  },
  // With the first script: it is the page that most open first, and one chunk less to wait for.
  component: FleetPage,
})

const server = createRoute({
  getParentRoute: () => root,
  path: '/servers/$id',
  validateSearch: parseServerSearch,
  loader: ({ params }) => {
    ask(liveQuery(serverResource(params.id)))
    ask(panelsQuery)
  },
  component: lazyRouteComponent(() => import('@/pages/ServerPage'), 'ServerPage'),
})

const gpus = createRoute({
  getParentRoute: () => root,
  path: '/gpus',
  validateSearch: parseGpusSearch,
  component: lazyRouteComponent(() => import('@/pages/GpusPage'), 'GpusPage'),
})

const alerts = createRoute({
  getParentRoute: () => root,
  path: '/alerts',
  validateSearch: parseAlertsSearch,
  loader: () => {
    ask(liveQuery(ALERTS))
  },
  component: lazyRouteComponent(() => import('@/pages/AlertsPage'), 'AlertsPage'),
})

const explore = createRoute({
  getParentRoute: () => root,
  path: '/explore',
  validateSearch: parseExploreSearch,
  component: lazyRouteComponent(() => import('@/pages/ExplorePage'), 'ExplorePage'),
})

const health = createRoute({
  getParentRoute: () => root,
  path: '/health',
  loader: () => {
    ask(liveQuery(HEALTH))
  },
  component: lazyRouteComponent(() => import('@/pages/HealthPage'), 'HealthPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([fleet, server, gpus, alerts, explore, health]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
