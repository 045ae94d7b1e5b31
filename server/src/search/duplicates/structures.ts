import type { Image } from '../../catalog/catalog.ts'
import { decodeThumbnail } from '../../gallery/thumbnails.ts'
import { type Structure, structureOf } from './structure.ts'

/** Reads the thumbnail of an image, WebP. `matchesCatalog` is false if its file has changed. */
export type ReadThumbnail = (image: Image) => Promise<{ bytes: Uint8Array; matchesCatalog: boolean }>

/** The structures of images. */
export interface Structures {
  /** @returns undefined if the image can't be read, or if its thumbnail is too small */
  of(image: Image): Promise<Structure | undefined>
}

/** Structures that are kept, 36 KiB each. */
const MAX_KEPT = 256
/** Longer side of a thumbnail that shows enough. */
const MIN_SIDE = 48

export function createStructures(read: ReadThumbnail): Structures {
  const kept = new Map<string, Structure | undefined>()
  return {
    async of(image) {
      const { contentHash } = image
      const structure = kept.has(contentHash) ? kept.get(contentHash) : await readStructure(read, image)
      // Keeps those that were asked for last.
      kept.delete(contentHash)
      kept.set(contentHash, structure)
      if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!)
      return structure
    },
  }
}

async function readStructure(read: ReadThumbnail, image: Image): Promise<Structure | undefined> {
  try {
    const { bytes, matchesCatalog } = await read(image)
    if (!matchesCatalog) return undefined
    const thumbnail = await decodeThumbnail(bytes)
    return Math.max(thumbnail.width, thumbnail.height) < MIN_SIDE ? undefined : structureOf(thumbnail)
  } catch {
    // A file that is gone, broken or on an absent drive is no copy of another one. Indexing reports it.
    return undefined
  }
}
