/** A file of the gallery that has been decoded and indexed. Times in milliseconds since 1970. */
export interface Image {
  id: string
  /** Relative to the gallery, with `/`. */
  path: string
  /** `.` for the root. */
  directory: string
  name: string
  bytes: number
  width: number
  height: number
  contentType: string
  createdAt: number
  modifiedAt: number
  /** SHA-256 of the bytes, lower-case hexadecimal. */
  contentHash: string
  /** The embedder that it has a vector of: that of the searched space if it has that, else another. */
  embedder: string | undefined
}

/** An image found by its looks. */
export interface ScoredImage extends Image {
  /** Cosine similarity to the query: 1 is the same. */
  score: number
}

/** What a file was when it was last looked at: if nothing of this changed, it is not read again. */
export interface KnownFile {
  path: string
  bytes: number
  modifiedAt: number
  inode: string
  contentHash: string | undefined
  /** What is known of it: a row without a vector of the searched space is to be embedded. */
  state: 'indexed' | 'without_vector' | 'failed'
  /** Why it failed, if it did. */
  failureCode?: string | undefined
}

/** What indexing a file yields. */
export interface ImageRecord {
  path: string
  bytes: number
  createdAt: number
  modifiedAt: number
  inode: string
  contentHash: string
  width: number
  height: number
  contentType: string
  /** Unit length; undefined if the catalog has the vector of these bytes already. */
  vector: Float32Array | undefined
}

export interface Failure {
  path: string
  code: string
  reason: string
  failedAt: number
}

export interface FailureRecord extends Failure {
  bytes: number
  modifiedAt: number
  inode: string
  contentHash: string | undefined
}

export interface ContentInfo {
  width: number
  height: number
  contentType: string
  hasVector: boolean
}

export interface ImageFilter {
  /** Case-insensitive; no character has a special meaning. */
  nameContains?: string | undefined
  createdMin?: number | undefined
  createdMax?: number | undefined
  modifiedMin?: number | undefined
  modifiedMax?: number | undefined
  /** undefined: everywhere. */
  directory?: string | undefined
  /** The folder and all below it instead of just the files right in it. */
  recursive?: boolean | undefined
}

export type ImageOrder = 'createdAt' | 'modifiedAt' | 'name'

export interface Page {
  offset: number
  limit: number
}

export interface ListQuery extends Page {
  filter: ImageFilter
  orderBy: ImageOrder
  descending: boolean
}

export interface NearestQuery extends Page {
  /** Any length but zero. */
  vector: Float32Array
  filter: ImageFilter
  /** At most so many are found, then cut into pages. */
  topK: number
  /** This image, if it is found, comes first among equals. */
  alwaysInclude?: string | undefined
  /** Images of these contents are left out. */
  excludeHashes?: readonly string[] | undefined
}

export interface ImageVector {
  id: string
  contentHash: string
  vector: Float32Array
}

export interface ListResult {
  images: Image[]
  /** How many match the filter. */
  total: number
}

export interface NearestResult {
  /** Best first. */
  images: ScoredImage[]
  /** How many were found, before the page was cut. */
  total: number
}

export interface CatalogCounts {
  /** Images with a vector of the searched space. */
  indexed: number
  /** Images that still need one. */
  unembedded: number
  failed: number
}

export interface PutResult {
  id: string
  /** Whether there was no row of this path before. */
  isNew: boolean
  /** Whether its row says something else of the file than before. */
  isChanged: boolean
  /** The hash of the bytes that the path had before, if they were others. */
  replaced: string | undefined
  /** Whether the vector of its bytes, taken for known, has been forgotten meanwhile. */
  needsEmbedding: boolean
}

/** Vectors of one embedder: what is searched now. */
export interface VectorSpace {
  embedder: string
  /** Tells two models under one name apart. */
  fingerprint: string
  dimensions: number
}

export interface UsedSpace {
  /** The embedder that was chosen before, if images have vectors of it. */
  previousEmbedder: string | undefined
}

/** An embedder that vectors are kept of. */
export interface KnownEmbedder extends VectorSpace {
  /** How many images of the gallery it has a vector of. */
  images: number
}

/** Two contents whose vectors lie close together. */
export interface NearPair {
  a: string
  b: string
  score: number
}

/** What a part of the vectors is near to. */
export interface SimilarPairs {
  pairs: NearPair[]
  /** How many vectors were compared, and the number of the last one. */
  compared: number
  last: number | undefined
  /** After which number the next part begins; undefined at the end. */
  next: number | undefined
}

/**
 * Everything that is known of the gallery: images, vectors, failures. It is derived from the folder and can be rebuilt.
 * A write is durable and visible to searches when its promise resolves.
 */
export interface Catalog {
  /** Chooses the vectors that are searched and written from now on. Vectors of other embedders are kept. */
  activateSpace(space: VectorSpace): Promise<UsedSpace>
  /** Can be asked before a space is chosen. */
  listEmbedders(): Promise<KnownEmbedder[]>
  /**
   * Forgets the vectors of all models that bore a name, except one, and gives their space back to the system. Can be asked
   * before a space is chosen.
   * @returns how many vectors are gone
   */
  pruneEmbedder(name: string, keptFingerprint: string | undefined): Promise<number>

  getImage(id: string): Promise<Image | undefined>
  getImageByPath(path: string): Promise<Image | undefined>
  listImages(query: ListQuery): Promise<ListResult>
  findNearest(query: NearestQuery): Promise<NearestResult>
  /** The vectors of images in the searched space; images without one are left out. */
  vectorsOf(imageIds: string[]): Promise<ImageVector[]>
  countByDirectory(): Promise<{ directory: string; images: number }[]>
  counts(): Promise<CatalogCounts>
  listFailures(page: Page): Promise<{ failures: Failure[]; total: number }>

  /** Files right in a folder, failed ones included. */
  knownFiles(directory: string): Promise<KnownFile[]>
  /** How many those are, without reading them. */
  countKnownFiles(directory: string): Promise<number>
  /** The known ones of some paths, failed ones included. */
  knownFilesAt(paths: string[]): Promise<KnownFile[]>
  /** Every folder that has known files, itself and those below `under`. */
  knownDirectories(under: string): Promise<string[]>
  /** Folders of the gallery at which other drives were mounted. */
  mountPoints(): Promise<string[]>
  keepMountPoints(directories: string[]): Promise<void>
  contentInfo(contentHash: string): Promise<ContentInfo | undefined>
  /** Those of some contents that have a vector of the searched space. */
  contentsWithVector(contentHashes: string[]): Promise<string[]>

  /**
   * Adds rows with their vectors, or brings those of the same paths up to date, in one transaction. Earlier failures
   * of the paths are forgotten. The results are in the order of the records.
   */
  upsertImages(records: ImageRecord[]): Promise<PutResult[]>
  /** @returns the hash of the image that could be seen at this path before, and can't any more */
  putFailure(record: FailureRecord): Promise<string | undefined>
  forgetFailures(): Promise<number>
  /** @returns the rows that were there */
  removeFiles(paths: string[]): Promise<Image[]>
  /**
   * Gives a row another path; it keeps its id, vector and thumbnail, and takes the place of a row that has that path.
   * @returns whether there was such a row; if not nothing is changed
   */
  moveFile(
    from: string,
    to: { path: string; inode: string; modifiedAt: number; createdAt: number },
  ): Promise<boolean>
  /** Known files by the identity that the file system gives them: a renamed file keeps its own. */
  knownFilesByInode(inodes: string[]): Promise<KnownFile[]>
  /**
   * Forgets vectors whose content no image and no failed file has any more.
   * @param among only these contents; all without it
   * @returns the forgotten contents' hashes
   */
  deleteUnusedVectors(among?: string[]): Promise<string[]>

  /**
   * Pairs of different contents at least `threshold` alike, a part at a time.
   * @param after where the last part ended; 0 to begin
   * @returns `next` undefined at the end
   */
  similarPairs(after: number, threshold: number): Promise<SimilarPairs>
  /** Those of the given contents that no image has. */
  unknownContents(contentHashes: string[]): Promise<string[]>
  /** Images of the given contents. */
  imagesByContentHash(contentHashes: string[]): Promise<Image[]>
  /** Contents that several images share. */
  duplicateHashes(): Promise<string[]>

  close(): Promise<void>
}
