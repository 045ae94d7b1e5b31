import type { Catalog, Image, ImageRecord } from '../catalog/catalog.ts'

/** The row of an indexed image, numbered in its name and content. */
export function imageRecord(
  n: number,
  { vector, ...changes }: Partial<ImageRecord> & Pick<ImageRecord, 'vector'>,
): ImageRecord {
  return {
    path: `${n}.jpg`,
    bytes: 1,
    createdAt: 1,
    modifiedAt: 1,
    inode: String(n),
    contentHash: `hash-${n}`,
    width: 1,
    height: 1,
    contentType: 'image/jpeg',
    vector,
    ...changes,
  }
}

/** Lists up to 1,000 images by name. */
export async function imagesByName({ images }: Pick<Catalog, 'images'>): Promise<Image[]> {
  const page = { offset: 0, limit: 1000 }
  return (await images.list({ filter: {}, orderBy: 'name', descending: false, ...page })).images
}
