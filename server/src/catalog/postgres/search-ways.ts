import type { Kysely } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import type { NearestQuery, WeightedVector } from '../catalog.ts'
import type { Match, StoredSpace } from '../sql/vector-backend.ts'

/** A query in one space, with vectors of unit length. */
export interface Search {
  database: Kysely<Tables>
  space: StoredSpace
  query: NearestQuery
  vectors: readonly WeightedVector[]
}

/** Ways to search, by where the vectors are stored. */
export interface SearchWays {
  /** @param isFew whether too few images pass the filter for reading the best vectors first */
  compareAll(search: Search, isFew: boolean): Promise<Match[]>
  /** @returns undefined if too few results of every vector pass the filter */
  searchIndex(search: Search): Promise<Match[] | undefined>
  /** Compares all windows, which are stored one after the other. The length of each is its weight. */
  searchWindows(search: Search, windows: StoredSpace, isFew: boolean): Promise<Match[]>
  /** @returns undefined if the image does not pass the filter, or has no vector */
  scoreOf(imageId: string, search: Search): Promise<Match | undefined>
}
