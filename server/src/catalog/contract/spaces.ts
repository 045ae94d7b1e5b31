/** `image` has the vectors of the embedder, `former` those of an embedder before it. */
export type SpaceName = 'image' | 'former' | FurtherSpaceName
export type FurtherSpaceName = 'colours' | 'windows'

/**
 * Vectors that images have besides those of an embedder. `colours` do not depend on it; `windows` are those of parts of an image by the
 * same embedder, one after the other.
 */
export interface FurtherSpace {
  space: FurtherSpaceName
  /** Distinguishes versions. */
  fingerprint: string
  dimensions: number
}

/** The vectors of one embedder. */
export interface VectorSpace {
  embedder: string
  /** Distinguishes models with the same name. */
  fingerprint: string
  dimensions: number
  /** Further vectors of the images. */
  further?: readonly FurtherSpace[]
}

interface ActivatedSpace {
  /** The embedder that was active before, if images have vectors from it. */
  previous: VectorSpace | undefined
}

/** An embedder that the catalog has vectors from. */
export interface KnownEmbedder extends VectorSpace {
  /** Number of images with a vector from this embedder. */
  images: number
}

/** Spaces of vectors, one for each version of an embedder. `list` and `prune` work before a space is activated. */
export interface SpaceStore {
  /** Chooses the space that is searched and written from now on. Vectors in other spaces are kept. */
  activate(space: VectorSpace): Promise<ActivatedSpace>
  /**
   * Opens the stored vectors of another embedder as the space `former`, to be searched but not written. `activate` closes it, as
   * does undefined.
   * @throws {DomainError} `unavailable` if the catalog has no such embedder
   */
  openFormer(space: VectorSpace | undefined): Promise<void>
  list(): Promise<KnownEmbedder[]>
  /**
   * Deletes the vectors of all models with this name except one, and returns their disk space to the system.
   * @returns the number of deleted vectors
   */
  prune(name: string, keptFingerprint: string | undefined): Promise<number>
}
