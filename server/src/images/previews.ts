import type { Image } from '../catalog/catalog.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import { makeThumbnail, type ThumbnailStore } from '../gallery/thumbnails.ts'
import type { FileContent, Originals } from './originals.ts'

/** Smaller versions of an image, as WebP. */
export interface Previews {
  /** The stored thumbnail. If its file is lost, it is created again. */
  thumbnail(image: Image): Promise<FileContent>
  /** At most `PREVIEW_SIDE` pixels a side. */
  preview(image: Image): Promise<FileContent>
  /** Whether the original can be sent in place of a preview. */
  isSmallEnough(image: Image): boolean
}

export interface PreviewsOptions {
  reader: Pick<ImageReader, 'decode' | 'render'>
  thumbnails: ThumbnailStore
}

const PREVIEW_SIDE = 2048
const PREVIEW_BYTES = 8 * 1024 * 1024

export function createPreviews({ reader, thumbnails }: PreviewsOptions, originals: Originals): Previews {
  return {
    async thumbnail(image) {
      const kept = await thumbnails.read(image.contentHash)
      if (kept !== undefined) return { bytes: kept, matchesCatalog: true }
      const { bytes, matchesCatalog } = await originals.read(image)
      const webp = await makeThumbnail(bytes, await reader.decode(bytes, thumbnails.size), thumbnails.size)
      if (matchesCatalog) thumbnails.write(image.contentHash, webp)
      return { bytes: webp, matchesCatalog }
    },

    async preview(image) {
      const { bytes, matchesCatalog } = await originals.read(image)
      return { bytes: await reader.render(bytes, PREVIEW_SIDE), matchesCatalog }
    },

    isSmallEnough: ({ width, height, bytes }) =>
      Math.max(width, height) <= PREVIEW_SIDE && bytes <= PREVIEW_BYTES,
  }
}
