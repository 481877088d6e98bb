// What a fleet without servers shows: how to get the first one.
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'

/** A name that has to be replaced by the reader's own; the rest is ready to run. */
const SERVER = 'web-1:9100'

const OURS = `echo '    - "${SERVER}"' >> prometheus/targets/servers.yml`

const JOB = `scrape_configs:
  - job_name: node
    scrape_interval: 5s
    static_configs:
      - targets: ["${SERVER}"]`

const RELOAD = 'kill -HUP "$(pidof prometheus)"'

export function FirstServer() {
  return (
    <Card title="No server reports yet" className="mx-auto mt-6 max-w-2xl">
      <ol className="flex list-decimal flex-col gap-3 px-3 pb-4 pl-8">
        <li>
          Start the exporter on the server. It listens on port 9100 and needs no rights; a node_exporter that runs there
          already will do.
          <Code text="sightline-exporter" />
        </li>
        <li>
          Tell Prometheus of it, with the server’s own name for <code className="font-mono">{SERVER}</code>. Where
          Prometheus came with Sightline (<code className="font-mono">make run</code>, containers), a line is all, and
          it is noticed within seconds:
          <Code text={OURS} />
          In a Prometheus of your own, a job in <code className="font-mono">prometheus.yml</code>:
          <Code text={JOB} />
          which it takes when it reads its configuration again:
          <Code text={RELOAD} />
        </li>
        <li>
          Wait for two scrapes. The server appears here by itself; if it does not,{' '}
          <Link to="/health" className="font-medium text-accent underline underline-offset-2">
            Health
          </Link>{' '}
          tells what Prometheus scrapes and what failed.
        </li>
      </ol>
    </Card>
  )
}

function Code({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <div className="my-1 flex items-start gap-2 rounded border border-line bg-canvas py-1 pr-1 pl-3">
      <pre className="min-w-0 flex-1 self-center font-mono text-xs [overflow-wrap:anywhere] whitespace-pre-wrap">
        {text}
      </pre>
      <Button
        look="outlined"
        className="h-6 text-xs"
        aria-label={copied ? 'Copied' : `Copy ${text.split('\n')[0] ?? ''}`}
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => {
            setCopied(true)
          })
        }}
      >
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  )
}
