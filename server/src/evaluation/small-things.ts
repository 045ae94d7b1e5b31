import type { WindowSize } from '../gallery/windows.ts'
import type { TermVectors } from '../search/term-vectors.ts'
import { scoresOf, type Vectors } from './image-windows.ts'
import { averagePrecision, mean, ranksOf, recallAt } from './metrics.ts'

const RECALL_AT = 10

export interface FoundScores {
  meanAveragePrecision: number
  /** Share of the queries with a right image among the first ten. */
  recallAt10: number
}

/** By the kind of the queries; undefined for a kind without queries. */
export type FoundBy = Record<'photo' | 'sketch' | 'word', FoundScores | undefined>

/** A query for things of a class. */
export interface ClassQuery {
  className: string
  term: TermVectors
  /** Position of an image that shows the object of the query itself and is left out. */
  own?: number | undefined
}

export interface ClassGallery {
  images: readonly Vectors[]
  /** Class of each image, as far as they have one. */
  classes: readonly string[]
  /** The first images are right if their class is that of the query; later ones of its class are left out. */
  relevant: number
}

/** Ranks images with windows up to a size. @returns undefined if no query has a right image */
export function foundScores(
  queries: readonly ClassQuery[],
  { images, classes, relevant }: ClassGallery,
  windows: WindowSize,
): FoundScores | undefined {
  const found: number[][] = []
  for (const { className, term, own } of queries) {
    const right = positionsOf(className, classes.slice(0, relevant)).filter((n) => n !== own)
    if (right.length === 0) continue
    const scores = scoresOf(term, images, windows)
    const leftOut = positionsOf(className, classes).filter((n) => n >= relevant)
    for (const n of own === undefined ? leftOut : [...leftOut, own]) scores[n] = Number.NEGATIVE_INFINITY
    found.push(ranksOf(scores, right))
  }
  if (found.length === 0) return undefined
  return {
    meanAveragePrecision: mean(found.map(averagePrecision)),
    recallAt10: mean(found.map((ranks) => recallAt(ranks, RECALL_AT))),
  }
}

export function positionsOf(className: string, classes: readonly string[]): number[] {
  return classes.flatMap((other, n) => (other === className ? [n] : []))
}
