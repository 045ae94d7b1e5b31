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
