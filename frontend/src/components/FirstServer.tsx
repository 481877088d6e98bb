// What a fleet without servers shows: how to get the first one.
import { Card } from '@/ui/Card'

const SCRAPE = `scrape_configs:
  - job_name: node
    scrape_interval: 5s
    static_configs:
      - targets: ["web-1:9100"]`

export function FirstServer() {
  return (
    <Card title="No server reports yet" className="mx-auto mt-6 max-w-2xl">
      <ol className="flex list-decimal flex-col gap-3 px-3 pb-4 pl-8">
        <li>
          Start the exporter on the server. It listens on port 9100 and needs no rights.
          <Code>sightline-exporter</Code>
        </li>
        <li>
          Tell Prometheus to scrape it, in <code className="font-mono">prometheus.yml</code>, and reload Prometheus.
          <Code>{SCRAPE}</Code>
        </li>
        <li>Wait for two scrapes. The server appears here by itself.</li>
      </ol>
    </Card>
  )
}

function Code({ children }: { children: string }) {
  return (
    <pre className="mt-1 rounded border border-line bg-canvas px-3 py-2 font-mono text-xs whitespace-pre-wrap">
      {children}
    </pre>
  )
}
