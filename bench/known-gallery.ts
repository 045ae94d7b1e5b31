import { join } from 'node:path'
import { openSqliteCatalogThread } from '../server/src/catalog/sqlite/client.ts'
import { makeKnown } from './start.ts'
import { defaultSpace, MADE_VECTORS, record } from './vectors.ts'

const BATCH = 500

export interface KnownGallery {
  gallery: string
  data: string
}

/** A folder of `count` small files whose rows and generated vectors are in the catalog, so that a server starts with all of them indexed. */
export async function makeKnownGallery(directory: string, count: number): Promise<KnownGallery> {
  const [gallery, data] = [join(directory, 'gallery'), join(directory, 'data')]
  const vectors = MADE_VECTORS.make(count)
  const catalog = openSqliteCatalogThread({ directory: data, savesIndex: true })
  await catalog.spaces.activate(await defaultSpace())
  for (let start = 0; start < count; start += BATCH)
    await catalog.images.upsert(
      Array.from({ length: Math.min(BATCH, count - start) }, (_, i) => ({
        ...record(start + i, vectors[start + i]!),
        width: 32,
        height: 32,
      })),
    )
  await catalog.close()
  await makeKnown(gallery, data)
  return { gallery, data }
}
