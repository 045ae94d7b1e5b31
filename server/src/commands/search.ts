import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { type App, type AppOptions, createApp } from '../app/compose.ts'
import type { Config } from '../config/schema.ts'
import { DomainError, systemCodeOf } from '../errors.ts'
import { createLog, type Logger } from '../log.ts'
import type { QueryTerm } from '../search/query.ts'
import { type CommonOptions, configFor, parseWhole, withCommonOptions } from './options.ts'
import { followProgress, showLoading } from './progress-line.ts'
import { type ScoredPath, searchServer } from './remote-search.ts'
import { untilIndexed } from './until-indexed.ts'

interface SearchOptions extends CommonOptions {
  sketch: string[]
  image: string[]
  text: string[]
  lessLike: string[]
  without: string[]
  top: number
  json?: boolean
  server?: string
  apiKey?: string
}

export function searchCommand(): Command {
  const command = new Command('search')
    .description('print the images of the folder that match sketches, images and words best')
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
    .option('--sketch <file[:weight]>', 'a drawing to search with; weights are 0…1', collect, [])
    .option('--image <file[:weight]>', 'an image to search with', collect, [])
    .option('--text <word[:weight]>', 'a word to search with', collect, [])
    .option('--less-like <file[:weight]>', 'an image or drawing that is not wanted', collect, [])
    .option('--without <word[:weight]>', 'a word that is not wanted', collect, [])
    .option('--top <number>', 'how many to print', parseWhole, 20)
    .option('--json', 'print JSON')
    .option('--server <url>', 'search the gallery of this server by its HTTP API instead of a folder')
    .addOption(
      new Option('--api-key <token>', 'API key for --server; in a variable, other users cannot see it').env(
        'SKETCH_SEARCH_API_KEY',
      ),
    )
  return withCommonOptions(command).action(search)
}

async function search(folder: string | undefined, options: SearchOptions): Promise<void> {
  const terms = await termsOf(options)
  const top = Math.max(1, options.top)
  if (options.server !== undefined) {
    const { server: url, apiKey } = options
    return print(await searchServer({ url, apiKey }, terms, top), options)
  }
  const config = configFor(folder, options)
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

/** Files are read before anything is opened, so that a wrong name fails at once. */
async function termsOf(options: SearchOptions): Promise<QueryTerm[]> {
  const picture = async (value: string) => {
    const { name, weight } = parseWeighted(value)
    const bytes = await readQuery(name)
    return { picture: { read: async () => bytes }, weight }
  }
  const sketches = options.sketch.map(async (value) => ({
    kind: 'sketch' as const,
    ...(await picture(value)),
  }))
  const images = options.image.map(async (value) => ({
    kind: 'image' as const,
    mayBeSketch: false,
    ...(await picture(value)),
  }))
  const unwanted = options.lessLike.map(async (value) => {
    const { weight, ...rest } = await picture(value)
    return { kind: 'image' as const, mayBeSketch: true, ...rest, weight: -weight }
  })
  const texts = [...options.text, ...options.without].map(async (value, n) => {
    const { name, weight } = parseWeighted(value)
    return { kind: 'text' as const, text: name, weight: n < options.text.length ? weight : -weight }
  })
  const terms = await Promise.all([...sketches, ...images, ...texts, ...unwanted])
  if (terms.some(({ weight }) => weight > 0)) return terms.filter(({ weight }) => weight !== 0)
  throw new DomainError(
    'invalid_request',
    'Give what to search with: --sketch FILE, --image FILE or --text WORD.',
  )
}

/** Splits `name:weight`. A file that is named so has no weight. */
function parseWeighted(value: string): { name: string; weight: number } {
  const [, name, digits] = /^(.+):(0|1|0?\.\d+|1\.0+)$/.exec(value) ?? []
  if (name === undefined || existsSync(value)) return { name: value, weight: 1 }
  return { name, weight: Number(digits) }
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

async function readQuery(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const reason =
      systemCodeOf(error) === 'ENOENT' ? 'there is no such file' : `it can't be read (${systemCodeOf(error)})`
    throw new DomainError('image_unreadable', `${file}: ${reason}.`, { cause: error })
  }
}
