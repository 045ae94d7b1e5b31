import { join } from 'node:path'

/** Figures of one version, measured in turn with those of another. */
export interface SideBySide {
  version: string
  startMs: number
  indexedPerSecond: number
  /** The model alone: milliseconds of a single sketch, and sketches per second in the best batch. */
  singleMs: number
  perSecond: number
  /** One client. */
  medianMs: number
  p95Ms: number
  /** 32 clients. */
  queriesPerSecond: number
  /** Share of the rate of the bare model. */
  share: number
  memoryMiB: number
}

export const FIGURES = join(import.meta.dirname, 'results/side-by-side.json')
