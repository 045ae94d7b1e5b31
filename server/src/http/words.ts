import type { Handlers } from '../contract/routes.ts'
import type { Vocabulary } from '../search/words/vocabulary.ts'
import { DEFAULT_WORDS, type wordContract } from './contract/words.ts'

export function wordHandlers({
  vocabulary,
}: {
  vocabulary: Vocabulary | undefined
}): Handlers<typeof wordContract> {
  return {
    list(context) {
      const { prefix = '', limit = DEFAULT_WORDS, language } = context.req.valid('query')
      const completion = vocabulary?.complete(prefix, limit, language)
      return context.json(completion ?? { prefix: '', words: [] }, 200)
    },
  }
}
