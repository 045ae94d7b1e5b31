import { type AllKindsReport, summaryOf } from '../evaluation/all-kinds.ts'
import { printTable } from './table.ts'

/** Prints the main figures of each kind of query as one table. */
export function printAllKinds(report: AllKindsReport, embedder: string): void {
  console.log(`The embedder "${embedder}" by each kind of query\n`)
  printTable([
    ['kind', 'measure', 'value', 'compared with'],
    ...summaryOf(report, embedder).map(({ kind, measure, value, comparedWith }) => [
      kind,
      measure,
      value,
      comparedWith,
    ]),
  ])
  for (const reason of Object.values(report.missing)) console.log(`\n${reason}`)
}
