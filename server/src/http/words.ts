import { z } from '@hono/zod-openapi'
import { integer, optional, text } from '../contract/input.ts'
import type { Vocabulary } from '../search/words/vocabulary.ts'
import { createRouter, json, type Router, route } from './routing.ts'

const DEFAULT_WORDS = 10
const MAX_WORDS = 100

/** The words that the embedder answers to, for completing what is typed. */
export function wordRoutes({ vocabulary }: { vocabulary: Vocabulary | undefined }): Router {
  const router = createRouter()
  router.openapi(
    route('user', {
      method: 'get',
      path: '/',
      summary: 'Words that begin with a prefix',
      request: {
        query: z.object({
          prefix: optional(text({ max: 200 })),
          limit: optional(integer({ min: 1, max: MAX_WORDS, default: DEFAULT_WORDS })),
        }),
      },
      responses: {
        200: {
          description: 'Frequent words first; none if the embedder has no vocabulary.',
          ...json(z.object({ words: z.array(z.string()) })),
        },
      },
    }),
    (context) => {
      const { prefix = '', limit = DEFAULT_WORDS } = context.req.valid('query')
      return context.json({ words: vocabulary?.complete(prefix, limit) ?? [] }, 200)
    },
  )
  return router
}
