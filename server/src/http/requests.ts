import type { Catalog, Image } from '../catalog/catalog.ts'
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
export async function findEvenIfDeleted(catalog: Catalog, id: string): Promise<Image> {
  const image = (await catalog.images.get(id)) ?? (await catalog.trash.get([id]))[0]?.image
  if (image === undefined) throw imageNotFound(id)
  return image
}
