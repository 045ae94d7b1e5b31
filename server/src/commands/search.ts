import { Command } from 'commander'
import { type App, type AppOptions, createApp } from '../app/compose.ts'
import type { Config } from '../config/schema.ts'
import { DomainError } from '../errors.ts'
import { createLog, type Logger } from '../log.ts'
import { type CommonOptions, configToIndex, parseWhole, withCommonOptions } from './options.ts'
import { followProgress, showLoading } from './progress-line.ts'
import { type ScoredPath, searchServer } from './remote-search.ts'
import { withServerOptions } from './remote-server.ts'
import { parseTerms, type SearchParts } from './search-terms.ts'
import { untilIndexed } from './until-indexed.ts'

interface SearchOptions extends CommonOptions, SearchParts {
  top: number
  json?: boolean
  server?: string
  apiKey?: string
}

export function searchCommand(): Command {
  const command = new Command('search')
    .description(
      'print the images of the folder that match sketches, images, regions, words and colours best',
    )
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
    .option('--sketch <file[:weight]>', 'a drawing to search with; weights are −1…1', collect, [])
    .option('--image <file[:weight]>', 'an image to search with', collect, [])
    .option('--image-id <id[:weight]>', 'an image of the gallery by its id', collect, [])
    .option('--region <file@x,y,w,h[:weight]>', 'a part of an image, in shares of its sides', collect, [])
    .option('--text <word[:weight]>', 'a word to search with', collect, [])
    .option(
      '--colours <file|palette[:weight]>',
      'the colours of a picture, or such as "#d02020*2 #3070d0@0,0,1,0.3"',
      collect,
      [],
    )
    .option('--less-like <file[:weight]>', 'an image or drawing that is not wanted', collect, [])
    .option('--without <word[:weight]>', 'a word that is not wanted', collect, [])
    .option('--top <number>', 'how many to print', parseWhole, 20)
    .option('--json', 'print JSON')
  withServerOptions(command, 'search the gallery of this server by its HTTP API instead of a folder')
  return withCommonOptions(command).action(search)
}

async function search(folder: string | undefined, options: SearchOptions): Promise<void> {
  const terms = await parseTerms(options)
  const top = Math.max(1, options.top)
  if (options.server !== undefined) {
    const { server: url, apiKey } = options
    try {
      return print(await searchServer({ url, apiKey }, terms, top), options)
    } catch (error) {
      throw withSuggestions(error)
    }
  }
  const config = configToIndex(folder, options)
  const { log, status } = createLog(config, process.stderr)
  const isTerminal = process.stderr.isTTY === true
  const app = await openUpToDate(config, log, showLoading(status, log, isTerminal), (opened) =>
    followProgress(opened.events, status, log, isTerminal),
  )
  try {
    const { images } = await app.search.find(terms, { filter: {}, topK: top, offset: 0, limit: top })
    status.clear()
    print(images, options)
  } catch (error) {
    throw withSuggestions(error)
  } finally {
    await app.close()
  }
}

function print(images: readonly ScoredPath[], { json }: Pick<SearchOptions, 'json'>): void {
  if (json) {
    const list = images.map(({ path, score, id, width, height }) => ({ path, score, id, width, height }))
    console.log(JSON.stringify(list, null, 2))
  } else {
    for (const { score, path } of images) console.log(`${score.toFixed(4)}  ${path}`)
  }
}

function collect(value: string, values: string[]): string[] {
  return [...values, value]
}

function withSuggestions(error: unknown): unknown {
  if (!(error instanceof DomainError) || !error.suggestions?.length) return error
  const message = `${error.message} Similar words: ${error.suggestions.join(', ')}.`
  return new DomainError(error.code, message, { cause: error })
}

/** A running server keeps its index up to date by itself; without one, the folder is compared first. */
async function openUpToDate(
  config: Config,
  log: Logger,
  onLoading: NonNullable<AppOptions['onLoading']>,
  onOpen: (app: App) => void,
): Promise<App> {
  try {
    const app = await createApp(config, { log, onLoading })
    onOpen(app)
    await untilIndexed(app)
    return app
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'data_directory_in_use') throw error
    const app = await createApp(config, { log, onLoading, isReadOnly: true })
    const { indexed, unembedded } = await app.catalog.images.counts()
    if (indexed > 0 || unembedded === 0) return app
    await app.close()
    throw new DomainError(
      'not_indexed',
      `The running server has no vectors of the embedder "${app.embedder.name}": search with its configuration (--config).`,
      { cause: error },
    )
  }
}
