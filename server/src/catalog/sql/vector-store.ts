import type { Transaction } from 'kysely'
import type { ImageVector, NearestQuery, SimilarPairs, VectorSpace } from '../catalog.ts'
import type { Tables } from '../schema.ts'

export interface Match {
  imageId: string
  score: number
}

/** What is searched now. */
export interface SearchedSpace extends VectorSpace {
  embedderId: number
}

export interface StoredVector {
  id: number
  content_hash: string
}

/** Where vectors are kept and how they are searched: what databases do differently. */
export interface VectorStore {
  /** Chooses what is searched from now on. */
  use(space: VectorSpace): Promise<SearchedSpace>
  /** In the transaction that writes their images. @returns the new rows; a content that has a vector already keeps it */
  insert(
    transaction: Transaction<Tables>,
    vectors: ReadonlyMap<string, Float32Array>,
  ): Promise<StoredVector[]>
  /** The transaction has ended well: what it inserted is found from now on. */
  inserted(rows: readonly StoredVector[], vectors: ReadonlyMap<string, Float32Array>): void
  /** Of the searched space. */
  removed(ids: readonly number[]): void
  /** Images have come, gone or changed. */
  changed(): void
  /** The `topK` images most similar to a vector that pass a filter, best first. */
  findNearest(query: NearestQuery): Promise<Match[]>
  vectorsOf(imageIds: readonly string[]): Promise<ImageVector[]>
  similarPairs(after: number, threshold: number): Promise<SimilarPairs>
  /** The vectors of these models were forgotten: what was made for them goes, too. */
  forget(embedderIds: readonly number[]): Promise<void>
}

/** Equal scores are ordered by id, so that pages of one search never overlap. */
export function topMatches(matches: Match[], topK: number, alwaysInclude: string | undefined): Match[] {
  const rank = ({ imageId, score }: Match) => (imageId === alwaysInclude ? Number.POSITIVE_INFINITY : score)
  return matches
    .sort((a, b) => {
      const difference = rank(b) - rank(a)
      return difference !== 0 ? difference : a.imageId < b.imageId ? -1 : 1
    })
    .slice(0, topK)
}

export function toUnitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}
