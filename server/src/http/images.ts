import type { Context } from 'hono'
import type { Catalog } from '../catalog/catalog.ts'
import type { Handlers, HttpEnv } from '../contract/routes.ts'
import type { ImageFiles } from '../images/image-files.ts'
import type { imageContract } from './contract/images.ts'
import { withCopies } from './copies.ts'
import type { ImageFilters } from './image-filters.ts'
import { bytesOf, findImage, ownerOf } from './requests.ts'
import { orderOf, pageOf, toImageJson } from './schemas.ts'
import { withStars } from './stars.ts'

export interface ImageHandlersOptions {
  catalog: Catalog
  imageFiles: ImageFiles
  filters: ImageFilters
  log: { info(message: string): void }
}

export function imageHandlers({
  catalog,
  imageFiles,
  filters,
  log,
}: ImageHandlersOptions): Handlers<typeof imageContract> {
  return {
    async list(context) {
      const query = context.req.valid('query')
      const filter = await filters.of(ownerOf(context), query, context.req.raw)
      const { images, total } = await catalog.images.list({
        filter,
        ...orderOf(query),
        ...pageOf(query),
      })
      const starred = await withStars(context, catalog, images.map(toImageJson))
      return context.json({ images: await withCopies(catalog, filter, starred), total }, 200)
    },
    async add(context) {
      const {
        image: file,
        directory = '.',
        on_conflict: onConflict = 'keep_both',
      } = context.req.valid('form')
      const bytes = await bytesOf(file)
      const image = await imageFiles.add({ bytes, name: file.name, directory, onConflict })
      log.info(`${whoOf(context)} has added ${JSON.stringify(image.path)}.`)
      return context.json({ status: 'success' as const, image: toImageJson(image) }, 200)
    },
    async known(context) {
      const hashes = context.req.valid('json').sha256.map((hash) => hash.toLowerCase())
      const images = await catalog.images.byContentHash(hashes)
      const byHash = Map.groupBy(images, ({ contentHash }) => contentHash)
      // Contents of images in the trash are known, too.
      const unknown = new Set(await catalog.images.unknownContents(hashes))
      const known = [...new Set(hashes)].flatMap((hash) => {
        if (unknown.has(hash)) return []
        const found = byHash.get(hash) ?? []
        return [{ sha256: hash, images: found.map(toImageJson), in_trash: found.length === 0 }]
      })
      return context.json({ known }, 200)
    },
    async get(context) {
      const image = await findImage(catalog, context.req.valid('param').image_id)
      const [imageJson] = await withStars(context, catalog, [toImageJson(image)])
      return context.json(imageJson!, 200)
    },
    async delete(context) {
      const image = await catalog.images.get(context.req.valid('param').image_id)
      if (image !== undefined) {
        await imageFiles.delete(image)
        log.info(`${whoOf(context)} has deleted ${JSON.stringify(image.path)}.`)
      }
      return context.json({ status: 'success' as const }, 200)
    },
  }
}

/** Names the user in the log. */
function whoOf(context: Context<HttpEnv>): string {
  const email = context.get('email')
  return email === undefined ? 'A user' : JSON.stringify(email)
}
