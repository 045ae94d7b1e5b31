import { combine } from '../search/combine.ts'
import type { TermVectors } from '../search/term-vectors.ts'
import { dot } from '../vector-math.ts'
import { type EmbeddedItems, vectorAt } from './evaluate.ts'
import { termOf } from './image-windows.ts'
import { precisionAt } from './metrics.ts'

export const FEEDBACK_ROUNDS = 3
/** Right and wrong results that a user marks in each round. */
const MARKS_PER_ROUND = 3
/** A user looks at this many results. */
const RESULTS_SEEN = 60
const PRECISION_AT = 20

/**
 * Simulates users who mark the first right and wrong results that they have not marked yet, and search again with all marks. The
 * terms are combined as in a search. An image with the same bytes as the query is left out.
 * @param expanded the queries as they search before an image is marked as right
 * @returns the mean precision at 20 before the first round and after each; marked images count
 */
export function precisionAfterFeedback(
  gallery: EmbeddedItems,
  queries: EmbeddedItems,
  rounds: number,
  expanded: EmbeddedItems = queries,
): number[] {
  const sums = new Array<number>(rounds + 1).fill(0)
  let count = 0
  for (const [q, query] of queries.items.entries()) {
    const others = [...gallery.items.keys()].filter(
      (n) => gallery.items[n]!.contentHash !== query.contentHash,
    )
    const isRight = (n: number) => gallery.items[n]!.className === query.className
    if (!others.some(isRight)) continue
    count++
    const marks: TermVectors[] = []
    const marked = new Set<number>()
    for (let round = 0; round <= rounds; round++) {
      const isAlone = !marks.some(({ weight }) => weight > 0)
      const term = termOf(vectorAt(isAlone ? expanded : queries, q), 1)
      const order = ranked(gallery, others, combine([term, ...marks]).linear!)
      sums[round]! += precisionAt(ranksWhere(order, isRight), PRECISION_AT)
      const unmarked = order.slice(0, RESULTS_SEEN).filter((n) => !marked.has(n))
      const right = unmarked.filter(isRight).slice(0, MARKS_PER_ROUND)
      const wrong = unmarked.filter((n) => !isRight(n)).slice(0, MARKS_PER_ROUND)
      for (const n of [...right, ...wrong]) marked.add(n)
      marks.push(
        ...right.map((n) => termOf(vectorAt(gallery, n))),
        ...wrong.map((n) => termOf(vectorAt(gallery, n), -1)),
      )
    }
  }
  return sums.map((sum) => sum / count)
}

function ranked(gallery: EmbeddedItems, among: readonly number[], query: Float32Array): number[] {
  const scores = new Map(among.map((n) => [n, dot(vectorAt(gallery, n), query)]))
  return among.toSorted((a, b) => scores.get(b)! - scores.get(a)!)
}

function ranksWhere(order: readonly number[], isRight: (n: number) => boolean): number[] {
  return order.flatMap((n, place) => (isRight(n) ? [place + 1] : []))
}
