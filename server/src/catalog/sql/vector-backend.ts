import type { Transaction } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import { DomainError } from '../../errors.ts'
import { toUnitLength } from '../../vector-math.ts'
import type {
  FurtherSpaceName,
  ImageVector,
  NearContent,
  NearestQuery,
  SimilarPairs,
  SpaceName,
  VectorSpace,
  WeightedVector,
} from '../catalog.ts'

/** A search result before the row of its image is read. */
export interface Match {
  imageId: string
  score: number
}

/** Where the vectors of a space are stored. */
export interface StoredSpace {
  embedderId: number
  dimensions: number
}

/** The space that is searched and written, with the further spaces of its images. */
export interface ActiveSpace extends Omit<VectorSpace, 'further'>, StoredSpace {
  further: Readonly<Partial<Record<FurtherSpaceName, StoredSpace>>>
}

/** A query in the space of an index, or in a further space of its images. */
export interface QueryInSpace extends NearestQuery {
  space?: Exclude<NearestQuery['space'], 'former'>
}

/** @throws {DomainError} `unavailable` if the space has not been activated */
export function spaceNamed(active: ActiveSpace, name: Exclude<SpaceName, 'former'> = 'image'): StoredSpace {
  return opened(name === 'image' ? active : active.further[name], name)
}

/** @throws {DomainError} `unavailable` if the space is not open */
export function opened<T>(space: T | undefined, name: SpaceName): T {
  if (space === undefined) throw new DomainError('unavailable', `There are no vectors of ${name}.`)
  return space
}

export interface StoredVector {
  id: number
  content_hash: string
}

/** Storage and search of vectors: the part of a catalog that differs between databases. */
export interface VectorBackend {
  activate(space: VectorSpace): Promise<ActiveSpace>
  openFormer(space: ActiveSpace | undefined): Promise<void>
  /**
   * Inserts vectors in the transaction that writes their images. A content that already has a vector keeps it.
   * @returns the new rows
   */
  insert(
    transaction: Transaction<Tables>,
    vectors: ReadonlyMap<string, Float32Array>,
    space?: Exclude<SpaceName, 'former'>,
  ): Promise<StoredVector[]>
  /** Makes inserted rows of the space `image` searchable. Called after their transaction has committed. */
  inserted(rows: readonly StoredVector[], vectors: ReadonlyMap<string, Float32Array>): void
  /** Removes deleted rows of the active space from the search. */
  removed(ids: readonly number[]): void
  /** Invalidates cached results. Called when images are inserted, deleted or updated. */
  changed(): void
  /** Finds the `topK` images most similar to a vector that pass a filter, best first. */
  findNearest(query: NearestQuery): Promise<Match[]>
  /** The `count` nearest images with their vectors, best first, if that is faster than asking for both; else undefined. */
  findNearVectors?(
    vector: Float32Array,
    count: number,
    space?: SpaceName,
  ): Promise<NearContent[] | undefined> | undefined
  get(imageIds: readonly string[], space?: SpaceName): Promise<ImageVector[]>
  similarPairs(after: number, threshold: number): Promise<SimilarPairs>
  /** Removes the indexes of spaces whose vectors were deleted. */
  removeSpaces(embedderIds: readonly number[]): Promise<void>
}

/** Orders equal scores by id, so that pages of one search never overlap. */
export function topMatches(matches: Match[], topK: number, alwaysInclude: string | undefined): Match[] {
  const rank = ({ imageId, score }: Match) => (imageId === alwaysInclude ? Number.POSITIVE_INFINITY : score)
  return matches
    .sort((a, b) => {
      const difference = rank(b) - rank(a)
      return difference !== 0 ? difference : a.imageId < b.imageId ? -1 : 1
    })
    .slice(0, topK)
}

/** The best match of each image. */
export function bestOfEach(matches: readonly Match[]): Match[] {
  const best = new Map<string, Match>()
  for (const match of matches) {
    const other = best.get(match.imageId)
    if (other === undefined || match.score > other.score) best.set(match.imageId, match)
  }
  return [...best.values()]
}

/** The vectors of a query, each of unit length. A plain vector scores by its cosine similarity. */
export function unitVectorsOf(vector: NearestQuery['vector']): WeightedVector[] {
  if (vector instanceof Float32Array) return [{ vector: toUnitLength(vector), weight: 1, offset: 0 }]
  return vector.map((one) => ({ ...one, vector: toUnitLength(one.vector) }))
}
