import type { AttributeCondition } from '../attribute-filters.ts'
import type { AttributeOrder, ImageAttributes } from '../attributes.ts'
import type { Page } from './page.ts'

/** A decoded and indexed file of the gallery. Times are in milliseconds since 1970. */
export interface Image extends ImageAttributes {
  id: string
  /** Relative to the gallery, with `/`. */
  path: string
  /** `.` is the root. */
  directory: string
  name: string
  bytes: number
  createdAt: number
  modifiedAt: number
  /** SHA-256 of the bytes, lower-case hexadecimal. */
  contentHash: string
  /** An embedder that the catalog has a vector of this image from; the active one if possible. */
  embedder: string | undefined
}

/** The result of indexing a file. */
export interface ImageRecord extends ImageAttributes {
  /** Id of a new row; random if it is not given. A row that exists keeps its own. */
  id?: string | undefined
  path: string
  bytes: number
  createdAt: number
  modifiedAt: number
  /** Without it, the file counts as unchanged until it is examined again. */
  changedAt?: number | undefined
  inode: string
  contentHash: string
  /** The version that the attributes were read for; the current one if it is not given. */
  attributesVersion?: number
  /** Version of the XMP file beside it that the attributes include. */
  sidecar?: string | undefined
  /** Unit length; undefined if the catalog already has the vector of these bytes. */
  vector: Float32Array | undefined
  /** Unit length, in the space `colours`; undefined if the file was not decoded. */
  colours?: Float32Array | undefined
  /** Vectors of parts of the image, one after the other, in the space `windows`. The length of each is its weight. */
  windows?: Float32Array | undefined
}

export interface PutResult {
  id: string
  /** Whether the path had no row before. */
  isNew: boolean
  /** Whether the row now differs from the one before. */
  isChanged: boolean
  /** Hash of the bytes that the path had before, if they were different. */
  replaced: string | undefined
  /** Whether the record came without a vector because one existed, and that one has been deleted since. */
  needsEmbedding: boolean
}

/**
 * Images that one stands for: exact copies; also shots that are stored in several formats, such as raw and JPEG; also bursts. Each
 * level includes those before it.
 */
export const FOLD_LEVELS = ['copies', 'shots', 'bursts'] as const
export type FoldLevel = (typeof FOLD_LEVELS)[number]

/** An image and the ids of those that are folded into it. */
export interface FoldedImages {
  id: string
  folded: string[]
}

/** The box of coordinates around a place. Degrees, north and east are positive. */
export interface NearPlace {
  latitude: number
  longitude: number
  /** Distance from the place to the sides of the box, in kilometres. */
  distance: number
}

export interface ImageFilter {
  /** Case-insensitive; no character has a special meaning. */
  nameContains?: string | undefined
  /** As `nameContains`, in name, title, caption and keywords. */
  textContains?: string | undefined
  createdMin?: number | undefined
  createdMax?: number | undefined
  modifiedMin?: number | undefined
  modifiedMax?: number | undefined
  /** Undefined means the whole gallery. */
  directory?: string | undefined
  /** Includes all folders below `directory`. */
  recursive?: boolean | undefined
  /** Fixed sets of images; the image has to be in each of them. */
  collections?: readonly string[] | undefined
  /** Only these images. */
  imageIds?: readonly string[] | undefined
  /** Further filters that have to be passed as well. */
  within?: readonly ImageFilter[] | undefined
  /** Leaves out images that another one, which passes the filter as well, stands for. */
  fold?: FoldLevel | undefined
  near?: NearPlace | undefined
  /** All have to be met. */
  conditions?: readonly AttributeCondition[] | undefined
}

export type ImageOrder = 'createdAt' | 'modifiedAt' | 'name' | AttributeOrder

export interface ListQuery extends Page {
  filter: ImageFilter
  orderBy: ImageOrder
  descending: boolean
}

/** Position of an image in an order. */
export interface SectionCursor {
  value: string | number
  id: string
}

export interface SectionQuery extends Pick<ListQuery, 'filter' | 'orderBy' | 'descending' | 'limit'> {
  /** Begins after this position; absent: at the start. */
  after?: SectionCursor | undefined
}

export interface Section {
  images: Image[]
  /** Where the next section begins; undefined at the end. */
  next: SectionCursor | undefined
}

export interface ListResult {
  images: Image[]
  /** Number of images that match the filter. */
  total: number
}

/** Images of a month, by the time of capture or, without one, of modification. */
export interface MonthCount {
  /** `YYYY-MM`. */
  month: string
  count: number
  /** Mean of width divided by height. */
  meanAspect: number
}

export type ImagePlace = Pick<Image, 'id' | 'path' | 'contentHash' | 'bytes' | 'width' | 'height'>

export interface CatalogCounts {
  /** Images with a vector in the active space. */
  indexed: number
  /** Images that still need such a vector. */
  unembedded: number
  failed: number
}

export interface ContentInfo {
  attributes: ImageAttributes
  attributesVersion: number
  hasVector: boolean
  /** Whether the attributes include what a sidecar states. */
  hasSidecar: boolean
}

/** Position in the list of outdated images. */
export interface OutdatedCursor {
  attributesVersion: number
  id: string
}

/** An image whose attributes were read by an earlier version. */
export interface OutdatedImage extends OutdatedCursor {
  path: string
  contentHash: string
  bytes: number
  modifiedAt: number
  attributes: ImageAttributes
}

/** The file that an image was read from. */
export type ImageFileVersion = Pick<Image, 'path' | 'bytes' | 'modifiedAt'>

/** Attributes of a content; undefined if they can't be read, which is then not tried again. */
export interface AttributesUpdate {
  contentHash: string
  attributes: ImageAttributes | undefined
  /** As in `ImageRecord`. */
  colours?: Float32Array | undefined
}

/** Images, one for each readable file. */
export interface ImageStore {
  get(id: string): Promise<Image | undefined>
  getByPath(path: string): Promise<Image | undefined>
  list(query: ListQuery): Promise<ListResult>
  /** A part of the images in an order. Walking through all of them takes the same time for each part. */
  section(query: SectionQuery): Promise<Section>
  /** Returns the images with these ids, in the order of the ids. */
  getAll(ids: readonly string[]): Promise<Image[]>
  /** Returns the ids of some images of the whole gallery, always the same ones: ids are random, and these are the first. */
  sample(count: number): Promise<string[]>
  /** Months that have images, newest first. */
  timeline(filter: ImageFilter): Promise<MonthCount[]>
  /** Returns for each of some images that a filter with `fold` lets pass which images are folded into it. */
  folded(ids: readonly string[], filter: ImageFilter): Promise<FoldedImages[]>
  countByDirectory(): Promise<{ directory: string; images: number }[]>
  /** Failures are included. */
  counts(): Promise<CatalogCounts>
  /** Images with these contents, ordered by path. */
  byContentHash(contentHashes: string[]): Promise<Image[]>
  /** As `byContentHash`, without most of what is stored about the images: a review of duplicates may have half of the gallery. */
  placesOf(contentHashes: string[]): Promise<ImagePlace[]>
  /** Contents that several images share. */
  duplicateHashes(): Promise<string[]>
  /** Prefers an image whose attributes are those of its bytes alone. */
  contentInfo(contentHash: string): Promise<ContentInfo | undefined>
  /** Returns the given contents that no image has, nor one in the trash. */
  unknownContents(contentHashes: string[]): Promise<string[]>
  /**
   * Inserts images with their vectors, or updates those with the same paths, in one transaction. Deletes earlier
   * failures of these paths. The results are in the order of the records.
   */
  upsert(records: ImageRecord[]): Promise<PutResult[]>
  /** Images whose attributes were read by an earlier version, in a stable order. */
  outdated(after: OutdatedCursor | undefined, limit: number): Promise<OutdatedImage[]>
  countOutdated(): Promise<number>
  /**
   * Sets the attributes of all images with these contents and marks them as current. A sidecar belongs to one image.
   * @returns images that have lost the attributes of their sidecars, and have to be indexed again
   */
  setAttributes(updates: AttributesUpdate[]): Promise<ImageFileVersion[]>
}
