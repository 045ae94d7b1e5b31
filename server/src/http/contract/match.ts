import { z } from '@hono/zod-openapi'
import { choice, optional } from '../../contract/input.ts'
import { defineRoute, json } from '../../contract/routes.ts'
import { MAP_DETAILS } from '../../search/heat-map.ts'
import { imageParameter, partKindSchema, partWordsSchema } from '../schemas.ts'
import { searchFormSchema, searchRequestSchema } from './search-request.ts'

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

export const matchContract = {
  explain: defineRoute('user', {
    method: 'post',
    path: '/api/images/{image_id}/match',
    summary: 'Where an image matches a search',
    request: {
      params: imageParameter,
      query: z.object({
        detail: optional(
          choice(MAP_DETAILS, {
            description:
              'quick: a coarse map in a fraction of the time, which finds what covers half of the sides. Default: full.',
          }),
        ),
      }),
      body: {
        required: true,
        content: {
          'application/json': { schema: searchRequestSchema },
          'multipart/form-data': { schema: searchFormSchema },
        },
      },
    },
    responses: { 200: { description: 'A heat map for the search and for each part.', ...json(matchSchema) } },
  }),
}
