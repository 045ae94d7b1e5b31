import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { type App, type AppOptions, createApp } from '../app/compose.ts'
import type { Config } from '../config/schema.ts'
import { DomainError, systemCodeOf } from '../errors.ts'
import { createLog, type Logger } from '../log.ts'
import { type CommonOptions, configFor, parseWhole, withCommonOptions } from './options.ts'
import { followProgress, showLoading } from './progress-line.ts'
import { untilIndexed } from './until-indexed.ts'

interface SearchOptions extends CommonOptions {
  sketch?: string
  image?: string
  top: number
  json?: boolean
}

export function searchCommand(): Command {
  const command = new Command('search')
    .description('print the images of the folder that look most like a sketch or an image')
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
    .option('--sketch <file>', 'a drawing to search with')
    .option('--image <file>', 'an image to search with')
    .option('--top <number>', 'how many to print', parseWhole, 20)
    .option('--json', 'print JSON')
  return withCommonOptions(command).action(search)
}

async function search(folder: string | undefined, options: SearchOptions): Promise<void> {
  const file = options.sketch ?? options.image
  if (file === undefined || (options.sketch !== undefined && options.image !== undefined)) {
    throw new DomainError(
      'invalid_request',
      'Give what to search with: either --sketch FILE or --image FILE.',
    )
  }
  const bytes = await readQuery(file)
  const config = configFor(folder, options)
  const { log, status } = createLog(config, process.stderr)
  const isTerminal = process.stderr.isTTY === true
  const app = await openUpToDate(config, log, showLoading(status, log, isTerminal), (opened) =>
    followProgress(opened.events, status, log, isTerminal),
  )
  try {
    const kind = options.sketch === undefined ? 'image' : 'sketch'
    const top = Math.max(1, options.top)
    const { images } = await app.search.byPicture(
      { bytes, kind },
      { filter: {}, topK: top, offset: 0, limit: top },
    )
    status.clear()
    if (options.json) {
      const list = images.map(({ path, score, id, width, height }) => ({ path, score, id, width, height }))
      console.log(JSON.stringify(list, null, 2))
    } else {
      for (const { score, path } of images) console.log(`${score.toFixed(4)}  ${path}`)
    }
  } finally {
    await app.close()
  }
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
