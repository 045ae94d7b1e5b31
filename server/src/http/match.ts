import { z } from '@hono/zod-openapi'
import type { ImageFiles } from '../images/image-files.ts'
import type { HeatMap } from '../search/heat-map.ts'
import type { ImageSearch } from '../search/search.ts'
import { findImage } from './requests.ts'
import { createRouter, json, type Router, route } from './routing.ts'
import { imageParameter, partKindSchema, partWordsSchema, roundScore } from './schemas.ts'
import {
  type PictureSources,
  readSearchRequest,
  searchFormSchema,
  searchRequestSchema,
  toTerms,
} from './search-requests.ts'

export interface MatchRoutesOptions extends PictureSources {
  search: ImageSearch
  imageFiles: ImageFiles
}

const scoresSchema = z
  .array(z.array(z.number()))
  .openapi({ description: 'The score of each place, row by row from the top.' })

const matchSchema = z
  .object({
    scores: scoresSchema,
    scale: z
      .object({ low: z.number(), high: z.number() })
      .openapi({ description: 'Scores at both ends of the colour scale; the same for all images.' }),
    words: z.array(z.string()).openapi({
      description: 'Words for the image, the most specific one first; none if the model is not sure.',
    }),
    parts: z.array(
      z.object({ kind: partKindSchema, words: partWordsSchema.optional(), scores: scoresSchema }),
    ),
  })
  .openapi('Match')

/** The route that explains why an image was found. */
export function matchRoutes({ search, ...sources }: MatchRoutesOptions): Router {
  const router = createRouter()
  router.openapi(
    route('user', {
      method: 'post',
      path: '/{image_id}/match',
      summary: 'Where an image answers a search',
      request: {
        params: imageParameter,
        body: {
          content: {
            'application/json': { schema: searchRequestSchema },
            'multipart/form-data': { schema: searchFormSchema },
          },
        },
      },
      responses: {
        200: { description: 'A heat map for the search and for each part.', ...json(matchSchema) },
      },
    }),
    async (context) => {
      const image = await findImage(sources.catalog, context.req.valid('param').image_id)
      const received = readSearchRequest(context.req.valid('form') ?? context.req.valid('json'))
      const terms = await toTerms(received, sources)
      const read = async () => (await sources.imageFiles.read(image)).bytes
      const match = await search.match({ id: image.id, picture: { read } }, terms)
      const parts = match.parts.map(({ map, ...part }) => ({ ...part, scores: rowsOf(map) }))
      return context.json({ scores: rowsOf(match.map), scale: match.scale, words: match.words, parts }, 200)
    },
  )
  return router
}

function rowsOf({ width, height, scores }: HeatMap): number[][] {
  return Array.from({ length: height }, (_, row) =>
    Array.from(scores.subarray(row * width, (row + 1) * width), roundScore),
  )
}
