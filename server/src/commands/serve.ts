import { Command } from 'commander'
import { createApp } from '../app/compose.ts'
import { prepareDirectories } from '../app/directories.ts'
import { addressOfOwner } from '../database/directory-lock.ts'
import { DomainError } from '../errors.ts'
import { listen } from '../http/listen.ts'
import { createLog } from '../log.ts'
import { ensurePageIsBuilt } from './build-page.ts'
import { type CommonOptions, configFor, parseWhole, withCommonOptions } from './options.ts'
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
  const config = configFor(folder, options)
  if (!options.index) assertShared(config, '--no-index')
  const { log, status } = createLog(config, process.stderr)
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

/** A file of another implementation may rely on its default, a PostgreSQL server on this machine. */
function hasConfigFile({ config }: CommonOptions): boolean {
  return config !== undefined || Boolean(process.env.SERVER_CONFIG_PATH)
}

function isInUse(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'data_directory_in_use'
}
