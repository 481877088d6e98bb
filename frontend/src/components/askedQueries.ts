// Which numbers' PromQL somebody asked to see: set where a number stands, read by the frame around all pages.
import type { FigureId } from '@/lib/expressions'

/** What a number is asked by: written out, or by name, of one server or of all. */
export type Query = { label: string } & ({ expression: string } | { figure: FigureId; server?: ServerIdentity })

export interface ServerIdentity {
  instance: string
  job: string
}

export interface AskedQueries {
  title: string
  queries: readonly Query[]
}

const listeners = new Set<() => void>()
let asked: AskedQueries | null = null

export function askQueries(next: AskedQueries | null): void {
  asked = next
  for (const listener of listeners) listener()
}

export function askedQueries(): AskedQueries | null {
  return asked
}

export function onAskedQueries(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
