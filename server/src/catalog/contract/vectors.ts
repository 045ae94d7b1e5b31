import type { Image, ImageFilter } from './images.ts'
import type { Page } from './page.ts'
import type { SpaceName } from './spaces.ts'

/** An image found by similarity. */
export interface ScoredImage extends Image {
  /** Cosine similarity to the query: 1 means identical. With several vectors, the best of their scores. */
  score: number
}

/** One of several vectors to search by, of any length but zero. An image scores `weight` × cosine similarity + `offset`. */
export interface WeightedVector {
  vector: Float32Array
  /** Greater than 0. */
  weight: number
  offset: number
}

export interface NearestQuery extends Page {
  /** Default: `image`. Only this space and `former` have an index; in other spaces all vectors are compared. */
  space?: SpaceName | undefined
  /** Leaves out the vectors of windows. Otherwise the best of the vectors of an image counts in the space `image`, if there are windows. */
  wholeImages?: boolean | undefined
  /** Any length but zero. With several vectors, the best score of each image counts. */
  vector: Float32Array | readonly WeightedVector[]
  filter: ImageFilter
  /** Maximum number of results, before they are divided into pages. */
  topK: number
  /** This image comes first if it passes the filter. */
  alwaysInclude?: string | undefined
  /** Images with these contents are excluded. */
  excludeHashes?: readonly string[] | undefined
  /** Results with this score or more are counted as close. */
  closeScore?: number | undefined
}

export interface NearestResult {
  /** Best first. */
  images: ScoredImage[]
  /** Number of results on all pages. */
  total: number
  /** Number of close results on all pages; 0 without `closeScore`. */
  close: number
}

export interface ImageVector {
  id: string
  contentHash: string
  vector: Float32Array
}

/** A content near to a vector. */
export interface NearContent {
  contentHash: string
  vector: Float32Array
  score: number
}

/** `similarPairs` returns at most this many neighbours of each vector. */
export const MAX_PAIRS_PER_VECTOR = 11

/** Two contents with similar vectors. */
export interface NearPair {
  a: string
  b: string
  score: number
}

/** A vector without its values. */
export interface StoredContent {
  /** Number of the vector in its database; higher than those of vectors that were stored before. */
  id: number
  contentHash: string
}

/** Neighbours of one section of the vectors. */
export interface SimilarPairs {
  pairs: NearPair[]
  /** The vectors in this section. */
  compared: StoredContent[]
  /** Id of the last vector in this section. */
  last: number | undefined
  /** Id after which the next section begins; undefined at the end. */
  next: number | undefined
}

/** Vectors of contents in the active space. */
export interface VectorStore {
  /** Images by similarity to a vector, best first. */
  nearest(query: NearestQuery): Promise<NearestResult>
  /**
   * Contents nearest to a vector with their vectors, best first. Copies of an image are one content.
   * @param count maximum number of images that are considered
   */
  neighbours(vector: Float32Array, count: number, space?: SpaceName): Promise<NearContent[]>
  /** Vectors of images in a space, by default `image`; images without one are omitted. */
  get(imageIds: string[], space?: SpaceName): Promise<ImageVector[]>
  /** Returns the given contents that have a vector. */
  embeddedContents(contentHashes: string[]): Promise<string[]>
  /**
   * Pairs of different contents whose similarity is at least `threshold`, one section at a time.
   * @param after `next` of the previous section; 0 for the first one
   */
  similarPairs(after: number, threshold: number): Promise<SimilarPairs>
  /** The contents of vectors by their ids, as `similarPairs` returns them; vectors that were deleted are omitted. */
  contentsOf(ids: readonly number[]): Promise<StoredContent[]>
  /**
   * Deletes vectors of those contents that no image, no failed file and no image in the trash has, in all spaces.
   * @returns hashes of the deleted contents
   */
  deleteUnused(contentHashes: string[]): Promise<string[]>
  /**
   * As `deleteUnused`, among all contents, one section at a time.
   * @param after `next` of the previous section; empty for the first one
   */
  deleteUnusedAfter(after: string): Promise<DeletedContents>
}

/** A section of all contents. */
export interface DeletedContents {
  /** Hashes of the contents that were deleted. */
  deleted: string[]
  /** Where the next section begins; undefined after the last one. */
  next: string | undefined
}
