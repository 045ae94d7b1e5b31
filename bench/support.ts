import { readFileSync } from 'node:fs'

/** Result of a benchmark. */
export interface Section {
  /** Markdown. */
  text: string
  /**
   * Ratios to something measured in the same run; a higher one is better. `--check` compares them with those that are
   * committed.
   */
  ratios: Record<string, number>
}

/** The value below which a share of the samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (samples: readonly number[]) => percentile(samples, 0.5)

/** A Markdown table. */
export function table(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n')
}

export const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`

/** Minimum time for which a ratio is kept; the ratio of a shorter one is mostly noise. */
const MIN_COMPARED_MS = 1

/** Ratio of two times, under a name; undefined if the difference may be chance. */
export function ratioOf(name: string, slowMs: number, fastMs: number): Record<string, number> {
  return Math.min(slowMs, fastMs) < MIN_COMPARED_MS ? {} : { [name]: slowMs / fastMs }
}

/** Resident memory of a process in MiB (Linux). */
export function residentMemory(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Math.round(Number(line?.[1] ?? 0) / 1024)
}

/** Resident memory at its highest. */
export function peakMemory(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Math.round(Number(line?.[1] ?? 0) / 1024)
}

/** Duration of one round of a measurement. */
export const ROUND_MS = 1000

/** Returns the milliseconds that a batch takes for each image. */
export async function timeOf(run: () => Promise<unknown>, batchSize: number): Promise<number> {
  await run()
  const start = performance.now()
  let batches = 0
  for (; performance.now() - start < ROUND_MS; batches++) await run()
  return (performance.now() - start) / (batches * batchSize)
}

const JIFFIES_PER_SECOND = 100

/** Processor time of a process in seconds (Linux): unlike the time on a clock, it does not depend on what runs beside it. */
export function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name of the program, in brackets, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / JIFFIES_PER_SECOND
}

/** Processor time of the processes that a process has started, in seconds (Linux). */
export function processorTimeOfChildren(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number)
  return children.reduce((sum, child) => sum + processorTime(child) + processorTimeOfChildren(child), 0)
}

/** Rows for a table: of each kind of request and of all, its number, median, 95 %, 99 % and maximum. @param times in milliseconds */
export function rowsOfTimes(times: Readonly<Record<string, readonly number[]>>): (string | number)[][] {
  return [...Object.entries(times), ['all', Object.values(times).flat()] as const].map(([name, list]) => [
    name,
    list.length,
    ms(median(list)),
    ms(percentile(list, 0.95)),
    ms(percentile(list, 0.99)),
    ms(percentile(list, 1)),
  ])
}
