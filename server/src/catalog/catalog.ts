import type { Stores } from './stores.ts'

export type * from './contract/failures.ts'
export type * from './contract/files.ts'
export type * from './contract/images.ts'
export type * from './contract/page.ts'
export type * from './contract/spaces.ts'
export type * from './contract/trash.ts'
export type * from './contract/vectors.ts'

/**
 * Everything that is derived from the gallery: images, vectors, failures. It can be rebuilt from the folder. A write is
 * durable and visible to searches when its promise resolves.
 */
export interface Catalog extends Stores {
  close(): Promise<void>
}
