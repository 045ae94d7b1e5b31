import { Command } from 'commander'
import { createApp } from '../app/compose.ts'
import { prepareDirectories } from '../app/directories.ts'
import type { Config } from '../config/schema.ts'
import { addressOfOwner } from '../database/directory-lock.ts'
import { DomainError } from '../errors.ts'
import { listen } from '../http/listen.ts'
import { createLog, type Logger } from '../log.ts'
import { ensurePageIsBuilt } from './build-page.ts'
import { type CommonOptions, configToIndex, parseWhole, withCommonOptions } from './options.ts'
import { followProgress, showLoading } from './progress-line.ts'
import { assertShared, onStop, startApp } from './running.ts'

export function serveCommand(): Command {
  const command = new Command('serve')
    .description(
      'serve the page and the HTTP API, and keep the index in step with the folder (the default command)',
    )
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
    .option('--host <address>', 'address to listen on; default: 127.0.0.1')
    .option('--port <number>', 'port to listen on; default: 8000', parseWhole)
    .option('--no-index', 'leave watching and indexing to other processes on the same PostgreSQL database')
  return withCommonOptions(command).action(serve)
}

interface ServeOptions extends CommonOptions {
  index: boolean
}

async function serve(folder: string | undefined, options: ServeOptions): Promise<void> {
  const config = configToIndex(folder, options)
  if (!options.index) assertShared(config, '--no-index')
  const { log, status } = createLog(config, process.stderr)
  reportGallery(config, folder, options, log)
  await prepareDirectories(config)
  await ensurePageIsBuilt((message) => log.info(message), { evenIfStale: !config.dev })
  if (config.database === undefined && hasConfigFile(options))
    log.info(`No database is configured: the embedded one in ${config.data_directory} is used.`)
  const isTerminal = process.stderr.isTTY === true
  const app = await createApp(config, {
    log,
    indexes: options.index,
    onLoading: showLoading(status, log, isTerminal),
  }).catch((error) => {
    const url = isInUse(error) ? addressOfOwner(config.data_directory) : undefined
    if (url === undefined) throw error
    console.log(`Already running at ${url}`)
    return undefined
  })
  status.clear()
  if (app === undefined) return
  const server = await listen(app.http, config.host, config.port, { basePath: config.base_path }).catch(
    async (error) => {
      await app.close()
      throw error
    },
  )
  app.publishAddress(server.url)
  followProgress(app.events, status, log, isTerminal)
  console.log(`Sketch-Search: ${server.url}  (gallery: ${config.watcher.watched_directory})`)

  onStop(async () => {
    status.clear()
    // Before it stops to listen: a new start must not refer to its address.
    app.announceEnd()
    await server.close()
    await app.close()
  })
  await startApp(app, log)
}

/** Logs the gallery if nobody chose it, and whether its subfolders are left out. */
function reportGallery(
  { watcher: { watched_directory: gallery, watch_recursive: isRecursive } }: Config,
  folder: string | undefined,
  options: CommonOptions,
  log: Logger,
): void {
  if (folder === undefined && !hasConfigFile(options) && gallery === process.cwd())
    log.warn(
      `No folder was given: the gallery is the current folder, ${gallery}. To choose another: npm start -- FOLDER, or sketch-search serve FOLDER.`,
    )
  if (!isRecursive)
    log.info('Images in subfolders of the gallery are left out, because watcher.watch_recursive is off.')
}

/** A file of another implementation may rely on its default, a PostgreSQL server on this machine. */
function hasConfigFile({ config }: CommonOptions): boolean {
  return config !== undefined || Boolean(process.env.SERVER_CONFIG_PATH)
}

function isInUse(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'data_directory_in_use'
}
