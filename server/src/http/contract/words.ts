import { z } from '@hono/zod-openapi'
import { integer, optional, text } from '../../contract/input.ts'
import { defineRoute, json } from '../../contract/routes.ts'
import { languageSchema } from './search-request.ts'

export const DEFAULT_WORDS = 10
const MAX_WORDS = 100

/** The words that the embedder understands, for completion while typing. */
export const wordContract = {
  list: defineRoute('user', {
    method: 'get',
    path: '/api/words',
    summary: 'Words that complete the end of a text',
    request: {
      query: z.object({
        prefix: optional(text({ max: 200 })),
        language: optional(languageSchema),
        limit: optional(integer({ min: 1, max: MAX_WORDS, default: DEFAULT_WORDS })),
      }),
    },
    responses: {
      200: {
        description: 'Frequent words first; none if the embedder has no vocabulary.',
        ...json(
          z.object({
            prefix: z.string().openapi({
              description:
                'The end of the given text that each word can replace, such as "gui" of "a dog and a gui".',
            }),
            words: z.array(z.string()),
            known: z.boolean().openapi({
              description:
                'Whether the text can be searched for without a correction of its spelling. Always true if the embedder understands words without a vocabulary.',
            }),
          }),
        ),
      },
    },
  }),
}
