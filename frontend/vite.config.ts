// Build and dev server. In dev the mock gateway answers, or a real one when SIGHTLINE_GATEWAY names it.
import { fileURLToPath } from 'node:url'

import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

import { mockGateway } from './mock-api/vitePlugin.ts'
import { precompress } from './scripts/precompress.ts'

const gateway = process.env.SIGHTLINE_GATEWAY

export default defineConfig({
  plugins: [react(), tailwindcss(), precompress(), ...(gateway ? [] : [mockGateway()])],
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('src', import.meta.url)),
      // The router's store brings what React 17 lacked; React has it itself by now.
      'use-sync-external-store/shim/with-selector': 'use-sync-external-store/with-selector',
    },
  },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    // The content security policy knows no `data:` for scripts and fonts; small files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The bundle budget test reads it to know what a page loads.
    manifest: true,
    rolldownOptions: {
      output: {
        // What each page loads at its start, in two files: many would cost a request each and compress worse. Libraries
        // change less often than pages do and stay in the browser's cache. What only one page needs comes with that page.
        codeSplitting: {
          groups: [
            { name: 'vendor', tags: ['$initial'], test: /node_modules/, priority: 2 },
            { name: 'first', tags: ['$initial'], priority: 1 },
            // What the first page shows next.
            { name: 'map', test: /components\/HeatMap\.tsx$/ },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: gateway ? { '/api': { target: gateway, ws: true }, '/prometheus': { target: gateway } } : {},
  },
})
