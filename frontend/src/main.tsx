// Starts the page: theme, live connection, router.
import '@/styles/app.css'

import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { queryClient, startLive } from '@/api/gateway'
import { router } from '@/routes/router'
import { startTheme } from '@/ui/useTheme'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no element with the id `root`')

startTheme()
startLive()

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
