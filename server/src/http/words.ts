import type { Handlers } from '../contract/routes.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import type { Vocabulary } from '../search/words/vocabulary.ts'
import { DEFAULT_WORDS, type wordContract } from './contract/words.ts'

const NO_COMPLETION = { prefix: '', words: [] }

export function wordHandlers({
  vocabulary,
  embedder,
}: {
  vocabulary: Vocabulary | undefined
  embedder: Pick<EmbedderClient, 'embedsText'>
}): Handlers<typeof wordContract> {
  return {
    list(context) {
      const { prefix = '', limit = DEFAULT_WORDS, language } = context.req.valid('query')
      const { prefix: end, words } = vocabulary?.complete(prefix, limit, language) ?? NO_COMPLETION
      const known = vocabulary?.covers(prefix, language) ?? embedder.embedsText
      return context.json({ prefix: end, words, known }, 200)
    },
  }
}
