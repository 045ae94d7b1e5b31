import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

/** Measurements of an embedder on this machine. */
export interface Measurement {
  dimensions: number
  /** Threads of one inference, where they can be chosen. */
  threads?: number | undefined
  /** Images that are embedded together. */
  batchSize: number
  /** Sketches that are embedded together, if they have a network of their own. */
  sketchBatchSize?: number | undefined
  /** In batches of that size. */
  imagesPerSecond: number
  /** Time for one image alone, such as a query. */
  millisecondsForOne: number
}

/** Measurements by embedder; kept over restarts. */
export interface Measurements {
  /** @param runtime device and interpreter */
  get(fingerprint: string, runtime: string): Measurement | undefined
  put(fingerprint: string, runtime: string, measurement: Measurement): void
}

/** Kept in a file of the data directory; one that can't be read counts as empty. */
export function openMeasurements(dataDirectory: string): Measurements {
  const path = join(dataDirectory, 'measurements.json')
  const machine = `${cpus()[0]?.model ?? 'unknown'} × ${cpus().length}`
  const keyOf = (fingerprint: string, runtime: string) =>
    createHash('sha256').update(`${fingerprint} ${runtime} ${machine}`).digest('hex')
  return {
    get: (fingerprint, runtime) => read(path)[keyOf(fingerprint, runtime)],
    put(fingerprint, runtime, measurement) {
      const all = { ...read(path), [keyOf(fingerprint, runtime)]: measurement }
      mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
      writeFileSync(`${path}.${process.pid}`, JSON.stringify(all, null, 2))
      renameSync(`${path}.${process.pid}`, path)
    },
  }
}

function read(path: string): Record<string, Measurement> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // Missing or damaged: it is measured again.
    return {}
  }
}
