import type { Handlers } from '../contract/routes.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { SavedQueries, SavedQuery } from '../saved-queries/saved-queries.ts'
import type { savedQueryContract } from './contract/saved-queries.ts'
import { respondWithFile } from './file-response.ts'
import { parseJson } from './input/json.ts'
import { bytesOf } from './requests.ts'

const IMAGE_SIDE = 1024

export interface SavedQueryOptions {
  queries: SavedQueries
  reader: Pick<ImageReader, 'decode' | 'render'>
}

export function savedQueryHandlers({
  queries,
  reader,
}: SavedQueryOptions): Handlers<typeof savedQueryContract> {
  return {
    async keep(context) {
      const { image, kind = 'auto', sketch } = context.req.valid('form')
      const bytes = await bytesOf(image)
      // An upload that is no picture is refused now rather than when its address is opened.
      await reader.decode(bytes, { width: 16, height: 16 })
      const strokes = sketch === undefined ? null : parseJson(sketch, ['body', 'sketch'])
      return context.json(toJson(await queries.keep(bytes, kind, strokes)), 200)
    },
    async get(context) {
      return context.json(toJson(await queries.get(context.req.valid('param').id)), 200)
    },
    async image(context) {
      const { id } = context.req.valid('param')
      return respondWithFile(context, {
        contentType: 'image/webp',
        etag: `"${id}"`,
        body: async () => ({
          bytes: await reader.render(await queries.bytes(id), IMAGE_SIDE),
          matchesCatalog: true,
        }),
      })
    },
  }
}

function toJson({ id, kind, sketch }: SavedQuery) {
  return { id, kind, sketch: sketch ?? null, image_url: `/api/queries/${id}/image` }
}
