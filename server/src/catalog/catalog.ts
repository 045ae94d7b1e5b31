import type { Stores } from './stores.ts'

export type * from './contract/collections.ts'
export type * from './contract/failures.ts'
export type * from './contract/files.ts'
export type * from './contract/images.ts'
export type * from './contract/page.ts'
export type * from './contract/spaces.ts'
export type * from './contract/trash.ts'
export type * from './contract/vectors.ts'

/**
 * Everything that is derived from the gallery: images, vectors, failures. It can be rebuilt from the folder, except for the
 * collections, which refer to its images. A write is durable and visible to searches when its promise resolves.
 */
export interface Catalog extends Stores {
  close(): Promise<void>
}
