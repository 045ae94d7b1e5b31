import type { Context } from 'hono'
import type { Catalog, Collection, Image } from '../catalog/catalog.ts'
import type { HttpEnv } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import { imageNotFound } from '../search/term-vectors.ts'

export async function bytesOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer())
}

/** @throws {DomainError} `image_not_found` */
export async function findImage(catalog: Catalog, id: string): Promise<Image> {
  const image = await catalog.images.get(id)
  if (image === undefined) throw imageNotFound(id)
  return image
}

/** Finds an image in the gallery or else in the trash. @throws {DomainError} `image_not_found` */
export async function findEvenIfDeleted(
  catalog: Catalog,
  id: string,
): Promise<{ image: Image; isDeleted: boolean }> {
  const image = await catalog.images.get(id)
  if (image !== undefined) return { image, isDeleted: false }
  const [trashed] = await catalog.trash.get([id])
  if (trashed === undefined) throw imageNotFound(id)
  return { image: trashed.image, isDeleted: true }
}

/** The owner of what a user creates. Without sign-in it is empty. */
export function ownerOf(context: Context<HttpEnv>): string {
  return context.get('userId') ?? ''
}

/** @throws {DomainError} `collection_not_found`, also for one that belongs to another user alone */
export async function visibleCollection(userId: string, catalog: Catalog, id: string): Promise<Collection> {
  const collection = await catalog.collections.get(id)
  if (collection !== undefined) {
    const { ownerId, isShared } = collection
    if (isShared || ownerId === '' || ownerId === userId) return collection
  }
  throw new DomainError('collection_not_found', 'There is no such collection.')
}
