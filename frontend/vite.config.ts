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
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    // The content security policy knows no `data:` for scripts and fonts; small files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The bundle budget test reads it to know what the first page loads.
    manifest: true,
    rolldownOptions: {
      output: {
        // One chunk of libraries, which changes less often than the pages do and stays in the browser's cache.
        advancedChunks: {
          groups: [
            {
              name: 'vendor',
              // What only one page needs comes with that page.
              test: /node_modules\/(?!uplot|@codemirror|@lezer|@prometheus-io|@marijn|style-mod|crelt|w3c-keyname|lru-cache)/,
              priority: 3,
            },
            // What the first page shares with others: in a chunk each, they would cost a request each and compress worse.
            {
              name: 'common',
              test: /\/src\/(?:api\/(?:clock|gateway|queries|useLive)|components\/(?:Age|Missing|Share|status)|lib\/(?:plural|time|units)|ui\/(?:Button|Card|classes|Icon|Message|use(?!OnScreen)[A-Z]\w+)|pages\/FleetPage)\.tsx?$/,
              priority: 2,
            },
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
