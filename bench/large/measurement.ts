import type { ImageFilter } from '../../server/src/catalog/catalog.ts'
import { nearestRows } from '../../server/src/catalog/sqlite/vector-index.ts'
import { median, percentile } from '../support.ts'
import { casesFor, DIMENSIONS, type VectorSource } from '../vectors.ts'

export const TOP_K = 50
const QUERIES = 200
export const BATCH = 500
/** Size that is computed from the others where it was not measured. */
export const COMPUTED_ROWS = 10_000_000
/** The first of the cases. */
export const UNFILTERED = 'no filter'

/** One row of the report: searches of one database with one filter. */
export interface Measurement {
  database: string
  rows: number
  filter: string
  recall: number
  p50Ms: number
  p95Ms: number
  /** Memory that the index needs: that of the process, or the size of the index of PostgreSQL. */
  memoryBytes: number
  /** Processor time of one core for building the index. */
  buildS: number
}

export interface EmbeddedCosts {
  rows: number
  /** Until a new process can search. */
  openMs: number
  memoryBytes: number
  savingMs: number
  longestWaitMs: number
}

/** A measurement with the machine, the day and the vectors that it was taken with. */
export type Recorded<T> = T & { machine: string; date: string; vectors: string }

export interface LargeResults {
  measurements: Recorded<Measurement>[]
  costs: Recorded<EmbeddedCosts>[]
  /** Reports of other measurements, in the order of the document. */
  sections: Record<string, string>
}

/** A database that has been filled, with exact answers. */
export interface LargeSet {
  count: number
  vectors: Float32Array[]
  cases: ExactCase[]
}

interface ExactCase {
  name: string
  filter: ImageFilter
  queries: Float32Array[]
  exact: number[][]
}

export function makeLargeSet(source: VectorSource, count: number, added = 0): LargeSet {
  const vectors = source.make(count + added)
  const matrix = new Float32Array(count * DIMENSIONS)
  for (let n = 0; n < count; n++) matrix.set(vectors[n]!, n * DIMENSIONS)
  const queries = Array.from({ length: QUERIES }, (_, n) => source.query(n, vectors))
  const cases = casesFor(count).map(({ name, filter, passing }) => ({
    name,
    filter,
    queries,
    exact: nearestRows(matrix.subarray(0, passing * DIMENSIONS), queries, Math.min(TOP_K, passing)).map(
      ({ rows }) => rows,
    ),
  }))
  return { count, vectors, cases }
}

/** @returns the numbers of the rows that are found */
export type LargeSearch = (vector: Float32Array, filter: ImageFilter) => Promise<number[]>

export async function measureSearch(
  { cases, count }: LargeSet,
  of: Pick<Measurement, 'database' | 'memoryBytes' | 'buildS'>,
  search: LargeSearch,
): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const { name, filter, queries, exact } of cases) {
    const times: number[] = []
    let [hits, possible] = [0, 0]
    for (const [q, query] of queries.entries()) {
      const start = performance.now()
      const found = new Set(await search(query, filter))
      times.push(performance.now() - start)
      hits += exact[q]!.filter((n) => found.has(n)).length
      possible += exact[q]!.length
    }
    const row = { rows: count, filter: name, recall: hits / possible }
    measured.push({ ...of, ...row, p50Ms: median(times), p95Ms: percentile(times, 0.95) })
  }
  return measured
}
