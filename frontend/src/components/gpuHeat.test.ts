import { expect, test } from 'vitest'

import type { FleetGpu } from '@/api/queries'
import { gridOfGpus, heatValue } from '@/components/gpuHeat'

function gpu(server_name: string, gpu: string, more: Partial<FleetGpu>): FleetGpu {
  return {
    server: `${server_name}:9100`,
    server_name,
    status: 'up',
    gpu,
    uuid: `GPU-${server_name}-${gpu}`,
    name: 'NVIDIA H100',
    pci_bus_id: null,
    mig_profile: null,
    mig_id: null,
    mig_instances: null,
    up: true,
    utilization_ratio: 0.5,
    tensor_ratio: null,
    memory_activity_ratio: null,
    memory_used_bytes: null,
    memory_total_bytes: null,
    temperature_celsius: 60,
    memory_temperature_celsius: null,
    power_watts: null,
    power_limit_watts: null,
    clock_hertz: null,
    memory_clock_hertz: null,
    held_back: [],
    ecc_corrected: null,
    ecc_uncorrected: null,
    xid: null,
    processes: null,
    warnings: [],
    ...more,
  }
}

test('cells stand by server and number, whatever the order of the rows', () => {
  const grid = gridOfGpus([gpu('b', '10', {}), gpu('b', '9', {}), gpu('a', '0', {})], 'utilization', undefined)
  expect(grid.names).toEqual(['a GPU 0', 'b GPU 9', 'b GPU 10'])
})

test('a lost GPU is down, and a missing value is no zero', () => {
  const grid = gridOfGpus([gpu('a', '0', { up: false, utilization_ratio: null })], 'utilization', undefined)
  expect(grid.status[0]).toBe(2)
  expect(grid.values?.[0]).toBeNaN()
  expect(heatValue(grid, Number.NaN)).toBe('n/a')
})

test('a temperature is told in its unit', () => {
  const grid = gridOfGpus([gpu('a', '0', {})], 'temperature', 'model')
  expect(grid.values?.[0]).toBe(60)
  expect(heatValue(grid, 60)).toBe('60\u00a0°C')
  expect(grid.groups.map((it) => it.name)).toEqual(['NVIDIA H100'])
})
