// The alerts that a server's condition makes the rules fire.
import type { Alert } from '../src/api/queries.ts'
import type { MockServer } from './fleet.ts'
import * as measure from './values.ts'

export function alertsOf(server: MockServer, time: number): Alert[] {
  if (server.condition === 'down') return [instanceDown(server, time)]
  if (server.condition !== 'hot') return []
  return [filesystemFull(server, time), cpuBusy(server, time)]
}

function instanceDown(server: MockServer, time: number): Alert {
  return {
    name: 'InstanceDown',
    state: 'firing',
    severity: 'critical',
    server: server.instance,
    labels: {
      alertname: 'InstanceDown',
      instance: server.instance,
      job: 'node',
      severity: 'critical',
      ...server.labels,
    },
    annotations: {
      summary: `${server.instance} does not answer its scrapes.`,
      description: 'Prometheus could not scrape it for more than 5 minutes.',
    },
    value: 0,
    since: time - 1220,
    expression: 'up == 0',
  }
}

function filesystemFull(server: MockServer, time: number): Alert {
  const root = measure.mounts(server, time)[0]
  return {
    name: 'FilesystemAlmostFull',
    state: 'firing',
    severity: 'warning',
    server: server.instance,
    labels: {
      alertname: 'FilesystemAlmostFull',
      instance: server.instance,
      job: 'node',
      mountpoint: '/',
      severity: 'warning',
      ...server.labels,
    },
    annotations: {
      summary: `/ on ${server.instance} is 96% full.`,
      description: 'Less than 5% of the filesystem is left for users.',
    },
    value: root?.ratio ?? null,
    since: time - 9_400,
    expression: 'instance:node_filesystem_used:ratio > 0.95',
  }
}

function cpuBusy(server: MockServer, time: number): Alert {
  return {
    name: 'CpuBusy',
    state: 'pending',
    severity: 'warning',
    server: server.instance,
    labels: { alertname: 'CpuBusy', instance: server.instance, job: 'node', severity: 'warning', ...server.labels },
    annotations: { summary: `The CPUs of ${server.instance} are busy.`, description: 'More than 90% busy.' },
    value: measure.cpuRatio(server, time),
    since: time - 240,
    expression: 'instance:node_cpu_utilization:ratio > 0.9',
  }
}
