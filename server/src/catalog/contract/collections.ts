import type { Page } from './page.ts'

/** A named set of images, or a saved search. Times are in milliseconds since 1970. */
export interface Collection {
  id: string
  name: string
  /** Empty: made without sign-in, and visible to everyone. */
  ownerId: string
  isShared: boolean
  /** A saved search, in the format of its request; undefined for a fixed set of images. */
  search: unknown
  createdAt: number
  modifiedAt: number
  /** Number of its images in the gallery; 0 for a saved search. */
  images: number
  /** The image that was added last. */
  cover: { id: string; contentHash: string } | undefined
}

export interface CollectionFilter extends Page {
  /** Lists the collections of this user and those that are shared. */
  ownerId: string
  nameContains?: string | undefined
  /** Only those that contain this image. */
  imageId?: string | undefined
}

export interface NewCollection {
  name: string
  ownerId: string
  isShared: boolean
  search?: unknown
}

/** Undefined values leave the collection unchanged. */
export interface CollectionChange {
  name?: string | undefined
  isShared?: boolean | undefined
  search?: unknown
}

/**
 * Named sets of images, and the stars of each user. They are not derived: an image stays in them while it is moved, in the trash or
 * missing, and is found again by its content when the catalog has been built again. The same applies to the images that saved
 * searches name.
 */
export interface CollectionStore {
  /** Ordered by name. */
  list(filter: CollectionFilter): Promise<{ collections: Collection[]; total: number }>
  get(id: string): Promise<Collection | undefined>
  create(collection: NewCollection): Promise<Collection>
  /** @returns false if there is no such collection */
  update(id: string, change: CollectionChange): Promise<boolean>
  /** @returns false if there is no such collection */
  delete(id: string): Promise<boolean>
  /** Adds and removes images. Unknown ids are ignored. */
  change(id: string, change: { add?: readonly string[]; remove?: readonly string[] }): Promise<void>
  /** Sets or removes the stars of a user. Unknown ids are ignored. */
  star(ownerId: string, imageIds: readonly string[], isStarred: boolean): Promise<void>
  /** Returns those of the images that have a star of the user. */
  starred(ownerId: string, imageIds: readonly string[]): Promise<string[]>
  /** The searches of all collections. */
  searches(): Promise<unknown[]>
  /** Removes what belongs only to these users. Their shared collections stay. @returns the searches that are removed */
  removePrivate(ownerIds: readonly string[]): Promise<unknown[]>
  /** Assigns images that have other ids, contents or paths than when they were added. @returns the number of changes */
  refresh(): Promise<number>
}

/** The collection that stores the stars of a user. */
export function starsOf(ownerId: string): string {
  return `stars:${ownerId}`
}
