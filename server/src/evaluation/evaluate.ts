import {
  averagePrecision,
  averagePrecisionAt,
  mean,
  precisionAt,
  precisionCurve,
  RECALL_LEVELS,
  ranksOf,
  recallAt,
} from './metrics.ts'

/** An image or query with the class that it belongs to. */
export interface Item {
  /** Relative to the folder that was given. */
  path: string
  className: string
  /** SHA-256 of the bytes. */
  contentHash: string
}

/** Items with a vector each: `[items.length, dimensions]`, row-major, unit length. */
export interface EmbeddedItems {
  items: readonly Item[]
  vectors: Float32Array
  dimensions: number
}

/** The vector of an item; shares its memory. */
export function vectorAt({ vectors, dimensions }: EmbeddedItems, n: number): Float32Array {
  return vectors.subarray(n * dimensions, (n + 1) * dimensions)
}

/** Means over queries, each between 0 and 1. */
export interface Scores {
  queries: number
  meanAveragePrecision: number
  meanAveragePrecisionAt200: number
  precisionAt10: number
  precisionAt100: number
  precisionAt200: number
  /** Recall of the exact image, if queries name one. */
  recallAt1?: number
  recallAt5?: number
  recallAt10?: number
}

/** All scores, in the order of tables. */
export const METRICS: readonly (readonly [heading: string, key: Metric])[] = [
  ['mAP', 'meanAveragePrecision'],
  ['mAP@200', 'meanAveragePrecisionAt200'],
  ['P@10', 'precisionAt10'],
  ['P@100', 'precisionAt100'],
  ['P@200', 'precisionAt200'],
  ['R@1', 'recallAt1'],
  ['R@5', 'recallAt5'],
  ['R@10', 'recallAt10'],
]

type Metric = Exclude<keyof Scores, 'queries'>

export interface ClassScores extends Scores {
  /** Images of the class in the gallery. */
  images: number
  /** Interpolated precision at `RECALL_LEVELS`, the mean over the queries of the class. */
  curve: number[]
}

export interface Evaluation {
  overall: Scores
  classes: Record<string, ClassScores>
  /** Some queries with their results. */
  samples: Sample[]
}

export interface Sample {
  query: Item
  /** The first answers, best first. */
  answers: { item: Item; isRight: boolean; isExact: boolean }[]
}

export interface EvaluateOptions {
  /** Finds the one image that a query belongs to, if it is known. */
  exactOf?: (query: Item) => number | undefined
  /** Queries to keep answers of, by index. */
  sampled: ReadonlySet<number>
  onProgress?: (done: number, all: number) => void
}

const SHOWN_RESULTS = 10
const REPORT_EVERY = 50

/**
 * Ranks the whole gallery for each query by cosine similarity. One row of scores is held at a time. An image with the same
 * bytes as the query is left out of its ranking.
 */
export async function evaluate(
  gallery: EmbeddedItems,
  queries: EmbeddedItems,
  { exactOf = () => undefined, sampled, onProgress }: EvaluateOptions,
): Promise<Evaluation> {
  const members = positionsBy(gallery.items, ({ className }) => className)
  const byContent = positionsBy(gallery.items, ({ contentHash }) => contentHash)
  const scores = new Float32Array(gallery.items.length)
  const perClass = new Map<string, QueryScores[]>()
  const samples: Sample[] = []
  for (const [q, query] of queries.items.entries()) {
    if (q % REPORT_EVERY === 0) {
      onProgress?.(q, queries.items.length)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const itself = new Set(byContent.get(query.contentHash))
    const relevant = (members.get(query.className) ?? []).filter((index) => !itself.has(index))
    if (relevant.length === 0) continue
    score(gallery, vectorAt(queries, q), scores)
    for (const index of itself) scores[index] = Number.NEGATIVE_INFINITY
    const exact = exactOf(query)
    const ranks = ranksOf(scores, relevant)
    const exactRanks = exact === undefined || itself.has(exact) ? undefined : ranksOf(scores, [exact])
    const ofClass = perClass.get(query.className) ?? []
    ofClass.push(scoresOf(ranks, exactRanks))
    perClass.set(query.className, ofClass)
    if (sampled.has(q)) samples.push({ query, answers: answersOf(gallery, scores, query, exact, itself) })
  }
  const classes = Object.fromEntries(
    [...perClass].map(([name, list]) => [
      name,
      { ...meanOf(list), images: members.get(name)!.length, curve: meanCurve(list) },
    ]),
  )
  return { overall: meanOf([...perClass.values()].flat()), classes, samples }
}

interface QueryScores extends Omit<Scores, 'queries'> {
  curve: number[]
}

function scoresOf(ranks: number[], exactRanks: number[] | undefined): QueryScores {
  return {
    meanAveragePrecision: averagePrecision(ranks),
    meanAveragePrecisionAt200: averagePrecisionAt(ranks, 200),
    precisionAt10: precisionAt(ranks, 10),
    precisionAt100: precisionAt(ranks, 100),
    precisionAt200: precisionAt(ranks, 200),
    ...(exactRanks && {
      recallAt1: recallAt(exactRanks, 1),
      recallAt5: recallAt(exactRanks, 5),
      recallAt10: recallAt(exactRanks, 10),
    }),
    curve: precisionCurve(ranks),
  }
}

function meanOf(list: readonly QueryScores[]): Scores {
  const means = METRICS.flatMap(([, key]) => {
    const values = list.flatMap((scores) => scores[key] ?? [])
    // Only queries that name an image have recalls.
    return values.length === 0 && key.startsWith('recall') ? [] : [[key, mean(values)]]
  })
  return { queries: list.length, ...(Object.fromEntries(means) as Record<Metric, number>) }
}

function meanCurve(list: readonly QueryScores[]): number[] {
  return RECALL_LEVELS.map((_, i) => list.reduce((sum, { curve }) => sum + curve[i]!, 0) / list.length)
}

/** Dot products of one vector with all of the gallery. */
function score(
  { vectors, dimensions, items }: EmbeddedItems,
  query: Float32Array,
  scores: Float32Array,
): void {
  for (let n = 0, at = 0; n < items.length; n++) {
    let sum = 0
    for (let d = 0; d < dimensions; d++) sum += query[d]! * vectors[at++]!
    scores[n] = sum
  }
}

function answersOf(
  { items }: EmbeddedItems,
  scores: Float32Array,
  query: Item,
  exact: number | undefined,
  itself: ReadonlySet<number>,
): Sample['answers'] {
  const best: number[] = []
  for (const index of scores.keys()) {
    if (itself.has(index)) continue
    if (best.length === SHOWN_RESULTS && scores[index]! <= scores[best.at(-1)!]!) continue
    const place = best.findIndex((other) => scores[other]! < scores[index]!)
    best.splice(place < 0 ? best.length : place, 0, index)
    best.length = Math.min(best.length, SHOWN_RESULTS)
  }
  return best.map((index) => ({
    item: items[index]!,
    isRight: items[index]!.className === query.className,
    isExact: index === exact,
  }))
}

function positionsBy(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number[]> {
  return Map.groupBy(items.keys(), (n) => keyOf(items[n]!))
}
