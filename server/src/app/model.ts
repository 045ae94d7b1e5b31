import type { Config } from '../config/schema.ts'
import { definitionOf } from '../embedding/definition-of.ts'
import { type OpenedEmbedder, openEmbedder } from '../embedding/open-embedder.ts'
import { vocabularyFilesOf } from '../embedding/vocabulary-files.ts'
import type { Logger } from '../log.ts'
import { openVocabulary, type Vocabulary } from '../search/words/vocabulary.ts'

export interface ModelOptions {
  log: Logger
  /** Whether measurements may be stored. */
  canWrite: boolean
  /** False for a worker, which answers no searches. */
  searches?: boolean | undefined
  onLoading?: ((message: string, share: number | undefined) => void) | undefined
  openEmbedder?: typeof openEmbedder | undefined
}

/** The chosen embedder with its words. */
export interface Model extends OpenedEmbedder {
  vocabulary: Vocabulary | undefined
}

/**
 * Starts an embedder, by default the chosen one, and logs its output and health.
 * @throws {DomainError} `embedder_unavailable` with the reason
 */
export async function openModel(
  config: Config,
  { log, canWrite, searches, onLoading, openEmbedder: open = openEmbedder }: ModelOptions,
  name = config.embedder_registry.chosen_embedder,
): Promise<Model> {
  const { embedder_registry: registry, data_directory: dataDirectory } = config
  const opened = await open(name, registry, {
    dataDirectory,
    canWrite,
    searches,
    onOutput: (line) => log.info(`${name}: ${line}`),
    onProgress: onLoading,
    onWarning: (message) => log.warn(message),
    onRestart: (reason) => log.warn(`The process of the embedder "${name}" is restarted: ${reason}`),
    onHealth: (reason) => {
      if (reason === undefined) log.info(`The embedder "${name}" works again.`)
      else log.error(`The embedder "${name}" fails on every picture, so indexing waits: ${reason}`)
    },
  })
  try {
    const words = vocabularyFilesOf(name, definitionOf(name, registry))
    return { ...opened, vocabulary: words && (await openVocabulary(words, opened.embedder.dimensions)) }
  } catch (error) {
    await opened.embedder.close()
    throw error
  }
}
