import type { Image } from '../catalog/catalog.ts'
import { contentTypeOf, sniff } from '../gallery/formats/index.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import { isShownAsIs } from '../gallery/shown-as-is.ts'
import { makeThumbnail, type ThumbnailStore } from '../gallery/thumbnails.ts'
import type { FileContent, Originals } from './originals.ts'
import { createSharedWork } from './shared-work.ts'
import { storeIfPossible } from './store-if-possible.ts'

/** Versions of an image that every browser shows. */
export interface Previews {
  /** The stored thumbnail. If its file is lost, it is created again. */
  thumbnail(image: Image): Promise<FileContent>
  /** At most `PREVIEW_SIDE` pixels a side: the original if it is small enough and all browsers show it alike, or WebP. */
  preview(image: Image): Promise<FileContent>
}

export interface PreviewsOptions {
  reader: Pick<ImageReader, 'decode' | 'render'>
  thumbnails: ThumbnailStore
}

const PREVIEW_SIDE = 2048
const PREVIEW_BYTES = 8 * 1024 * 1024

export function createPreviews(
  { reader, thumbnails }: PreviewsOptions,
  originals: Pick<Originals, 'readFor'>,
): Previews {
  const share = createSharedWork<FileContent>()

  return {
    async thumbnail(image) {
      const kept = await thumbnails.read(image.contentHash)
      if (kept !== undefined) return { bytes: kept, matchesCatalog: true }
      return share(`${image.id} thumbnail`, () => makeThumbnailOf(image))
    },

    preview: (image) => share(`${image.id} preview`, () => makePreview(image)),
  }

  function makeThumbnailOf(image: Image): Promise<FileContent> {
    return originals.readFor(image, 'tile', async ({ bytes, matchesCatalog }) => {
      const webp = await makeThumbnail(bytes, await reader.decode(bytes, thumbnails.size), thumbnails.size)
      if (matchesCatalog) await storeIfPossible(() => thumbnails.write(image.contentHash, webp))
      return { bytes: webp, matchesCatalog }
    })
  }

  function makePreview(image: Image): Promise<FileContent> {
    return originals.readFor(image, 'view', async ({ bytes, matchesCatalog }) => {
      if (isFit(image, bytes) && (await isShownAsIs(bytes)))
        return { bytes, matchesCatalog, contentType: contentTypeOf(sniff(bytes)!) }
      return { bytes: await reader.render(bytes, PREVIEW_SIDE), matchesCatalog, contentType: 'image/webp' }
    })
  }
}

/** Browsers show damaged images differently. */
function isFit({ width, height, note }: Image, bytes: Uint8Array): boolean {
  return Math.max(width, height) <= PREVIEW_SIDE && bytes.length <= PREVIEW_BYTES && note === undefined
}
