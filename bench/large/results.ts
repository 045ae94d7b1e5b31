import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { EmbeddedCosts, LargeResults, Measurement } from './measurement.ts'
import { scalingPlot } from './plot.ts'
import { scalingReport } from './report.ts'

const RESULTS = join(import.meta.dirname, '../results')
const DATA = join(RESULTS, 'scaling.json')
const GIBIBYTE = 2 ** 30

/** Adds measurements to the stored ones, replaces those of the same kind and size, and writes report and plot. */
export function recordLarge(
  { measurements, costs }: { measurements: Measurement[]; costs: EmbeddedCosts[] },
  vectors: string,
): void {
  const circumstances = { machine: machine(), date: today(), vectors }
  const earlier = readResults()
  write({
    ...earlier,
    measurements: merged(
      earlier.measurements,
      measurements.map((one) => ({ ...one, ...circumstances })),
      ({ database, rows, filter }) => `${database} ${rows} ${filter}`,
    ),
    costs: merged(
      earlier.costs,
      costs.map((one) => ({ ...one, ...circumstances })),
      ({ rows }) => String(rows),
    ),
  })
}

/** Adds a report of another measurement, or replaces the one with its name. @param text Markdown with a heading of the second level */
export function recordSection(name: string, text: string): void {
  const earlier = readResults()
  const circumstances = `Measured on ${machine()}, ${today()}.\n`
  write({ ...earlier, sections: { ...earlier.sections, [name]: `${text}\n${circumstances}` } })
}

function write(results: LargeResults): void {
  writeFileSync(DATA, `${JSON.stringify(results, undefined, 2)}\n`)
  writeFileSync(join(RESULTS, 'scaling.md'), scalingReport(results))
  writeFileSync(join(RESULTS, 'scaling.svg'), scalingPlot(results.measurements))
}

function readResults(): LargeResults {
  return JSON.parse(readFileSync(DATA, 'utf8')) as LargeResults
}

function merged<T extends { rows: number }>(earlier: T[], added: T[], keyOf: (one: T) => string): T[] {
  const all = new Map([...earlier, ...added].map((one) => [keyOf(one), one]))
  return [...all.values()].sort((a, b) => a.rows - b.rows)
}

function today(): string {
  return new Date().toISOString().slice(0, 10)
}

function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / GIBIBYTE)} GiB, Node ${process.version}`
}
