import { ms, table } from '../support.ts'
import {
  COMPUTED_ROWS,
  type LargeResults,
  type Measurement,
  type Recorded,
  UNFILTERED,
} from './measurement.ts'
import { extended, type Growth } from './slope.ts'

const MEBIBYTE = 2 ** 20

/** The report of all stored measurements, one row each. */
export function scalingReport({ measurements, costs, sections }: LargeResults): string {
  const databases = [...new Set(measurements.map(({ database }) => database))]
  const rows = databases.flatMap((database) => {
    const own = measurements.filter((one) => one.database === database)
    return [...own.map(measuredRow), ...computedRows(database, own)]
  })
  return [
    '# Vector search by size\n',
    'This page answers: How do recall, time, memory and building grow with the number of vectors? What happens beyond saturation, while indexing, and with several nodes?\n',
    `Vectors of 256 dimensions, recall@50 of 200 queries against an exact ranking. \`npm run bench -- --large --photos DATA\` measures it again; the values are in \`scaling.json\`.\n`,
    ...circumstancesOf(measurements),
    '![Time of a search, memory and time of building by the number of rows](scaling.svg)\n',
    table(['database', 'rows', 'filter', 'recall', 'p50', 'p95', 'memory of the index', 'build'], rows),
    'Memory: of the embedded database, what a process that has opened it takes; of PostgreSQL, the size of the index. Build: processor time of one core, which does not depend on what runs beside it. Computed rows continue the line through the last two measured sizes: building on logarithmic scales, memory on linear ones. The time of a search is computed only from a size of at least a million, because fixed costs decide it before.\n',
    '## The embedded database\n',
    table(
      ['rows', 'until a new process can search', 'memory', 'saving the index', 'longest search meanwhile'],
      costs.map(({ rows: count, openMs, memoryBytes, savingMs, longestWaitMs }) => [
        format(count),
        ms(openMs),
        mebibytes(memoryBytes),
        `${(savingMs / 1000).toFixed(1)} s`,
        ms(longestWaitMs),
      ]),
    ),
    ...Object.values(sections),
  ].join('\n')
}

function measuredRow(one: Measurement): string[] {
  const { database, rows, filter, recall, p50Ms, p95Ms, memoryBytes, buildS } = one
  const times = [recall.toFixed(4), ms(p50Ms), ms(p95Ms)]
  return [database, format(rows), filter, ...times, mebibytes(memoryBytes), `${buildS.toFixed(0)} s`]
}

/** Without a filter only: recall and the share that passes have no slope. */
function computedRows(database: string, own: readonly Measurement[]): string[][] {
  const unfiltered = own.filter(({ filter }) => filter === UNFILTERED)
  const at = (of: (one: Measurement) => number, growth: Growth, format: (value: number) => string) => {
    const sizes = unfiltered.map((one) => ({ rows: one.rows, value: of(one) }))
    const last = extended(sizes, COMPUTED_ROWS, growth).at(-1)
    return last?.isComputed === true ? format(last.value) : ''
  }
  const values = [
    at(({ p50Ms }) => p50Ms, 'search', ms),
    at(({ p95Ms }) => p95Ms, 'search', ms),
    at(({ memoryBytes }) => memoryBytes, 'memory', mebibytes),
    at(
      ({ buildS }) => buildS,
      'building',
      (seconds) => `${seconds.toFixed(0)} s`,
    ),
  ]
  if (values.every((value) => value === '')) return []
  return [[database, `${format(COMPUTED_ROWS)} (computed)`, UNFILTERED, '', ...values]]
}

function circumstancesOf(measurements: readonly Recorded<Measurement>[]): string[] {
  const all = measurements.map(
    ({ machine, date, vectors, database, rows }) =>
      [`${machine}, ${date}; ${vectors}`, `${database} at ${format(rows)}`] as const,
  )
  return [...new Set(all.map(([where]) => where))].map((where) => {
    const what = new Set(all.filter((one) => one[0] === where).map((one) => one[1]))
    return `- ${where}: ${[...what].join('; ')}\n`
  })
}

function format(count: number): string {
  return count.toLocaleString('en-US')
}

function mebibytes(bytes: number): string {
  return `${format(Math.round(bytes / MEBIBYTE))} MiB`
}
