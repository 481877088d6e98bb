// Starts the page: theme, live connection, router.
import '@/styles/app.css'

import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { queryClient, startLive } from '@/api/gateway'
import { router } from '@/routes/router'
import { startPreferences, usePreferences } from '@/ui/preferences'
import { startTheme } from '@/ui/useTheme'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no element with the id `root`')

startTheme()
startPreferences()
startLive()

/** Everything that is written is written anew when the reader chooses other units; what is known stays in the cache. */
function Pages() {
  return <RouterProvider key={JSON.stringify(usePreferences())} router={router} />
}

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Pages />
    </QueryClientProvider>
  </StrictMode>,
)
