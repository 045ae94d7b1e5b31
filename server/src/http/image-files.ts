import type { Catalog, Image } from '../catalog/catalog.ts'
import type { Handlers } from '../contract/routes.ts'
import { DomainError, systemCodeOf } from '../errors.ts'
import type { RenditionSide } from '../gallery/rendition-store.ts'
import { toJpeg } from '../gallery/thumbnails.ts'
import type { ImageFiles } from '../images/image-files.ts'
import type { imageFileContract } from './contract/image-files.ts'
import { respondWithFile } from './file-response.ts'
import { findEvenIfDeleted, findImage } from './requests.ts'
import { contentVersion } from './schemas.ts'

export interface ImageFileHandlersOptions {
  catalog: Catalog
  imageFiles: ImageFiles
}

export function imageFileHandlers({
  catalog,
  imageFiles,
}: ImageFileHandlersOptions): Handlers<typeof imageFileContract> {
  return {
    async thumbnail(context) {
      const { image, isDeleted } = await findEvenIfDeleted(catalog, context.req.valid('param').image_id)
      const { size } = context.req.valid('query')
      const asWebp = acceptsWebp(context.req.header('accept'))
      const response = await respondWithFile(context, {
        contentType: asWebp ? 'image/webp' : 'image/jpeg',
        version: contentVersion(image),
        etag: `"${image.contentHash.slice(0, 32)}-${size ?? 'thumbnail'}${asWebp ? '' : '-jpeg'}"`,
        async body() {
          const content = await contentOf(image, size, isDeleted)
          return asWebp ? content : { ...content, bytes: await toJpeg(content.bytes) }
        },
      })
      response.headers.set('Vary', 'Accept')
      return response
    },
    async view(context) {
      const image = await findImage(catalog, context.req.valid('param').image_id)
      return respondWithFile(context, {
        contentType: image.contentType,
        version: contentVersion(image),
        etag: `"${image.contentHash.slice(0, 32)}"`,
        fileName: image.name,
        file: { open: () => imageFiles.open(image), bytes: image.bytes, modifiedAt: image.modifiedAt },
      })
    },
    async preview(context) {
      const image = await findImage(catalog, context.req.valid('param').image_id)
      return respondWithFile(context, {
        contentType: 'image/webp',
        version: contentVersion(image),
        etag: `"${image.contentHash.slice(0, 32)}-preview"`,
        body: () => imageFiles.preview(image),
      })
    },
  }

  async function contentOf(image: Image, size: RenditionSide | undefined, isDeleted: boolean) {
    if (size === undefined) return imageFiles.thumbnail(image)
    // The original of a deleted image is in the trash.
    if (isDeleted) return thumbnailFor(image)
    return imageFiles.rendition(image, size).catch((error) => {
      // The drive of the original may be absent.
      if (!(error instanceof DomainError) && systemCodeOf(error) === undefined) throw error
      return thumbnailFor(image).catch(() => {
        throw error
      })
    })
  }

  /** The stored thumbnail in place of a size. It is not cached: when the original is back, the size is there again. */
  async function thumbnailFor(image: Image) {
    return { ...(await imageFiles.thumbnail(image)), matchesCatalog: false }
  }
}

/** A client that sends no `Accept` takes any type. */
function acceptsWebp(accept: string | undefined): boolean {
  return accept === undefined || /image\/webp|image\/\*|\*\/\*/i.test(accept)
}
