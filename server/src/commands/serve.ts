import { Command } from 'commander'
import { createApp } from '../app.ts'
import { DomainError, messageOf } from '../errors.ts'
import { listen } from '../http/server.ts'
import { createLog } from '../log.ts'
import { ensurePageIsBuilt } from './build-page.ts'
import { type CommonOptions, configFor, parseWhole, withCommonOptions } from './options.ts'
import { followProgress, showLoading } from './progress-line.ts'

/** A second Ctrl+C after so long means: at once. */
const IMPATIENT_MS = 1000

export function serveCommand(): Command {
  const command = new Command('serve')
    .description(
      'serve the page and the HTTP API, and keep the index in step with the folder (the default command)',
    )
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
    .option('--host <address>', 'address to listen on; default: 127.0.0.1')
    .option('--port <number>', 'port to listen on; default: 8000', parseWhole)
  return withCommonOptions(command).action(serve)
}

async function serve(folder: string | undefined, options: CommonOptions): Promise<void> {
  const config = configFor(folder, options)
  const { log, status } = createLog(config.log_level, process.stderr)
  if (!config.dev) await ensurePageIsBuilt((message) => log.info(message))
  const isTerminal = process.stderr.isTTY === true
  const app = await createApp(config, { log, onLoading: showLoading(status, log, isTerminal) })
  status.clear()
  const server = await listen(app.http, config.host, config.port).catch(async (error) => {
    await app.close()
    throw error
  })
  followProgress(app.events, status, log, isTerminal)
  console.log(`Sketch-Search: ${server.url}  (gallery: ${config.watcher.watched_directory})`)

  let stoppingSince: number | undefined
  const stop = async () => {
    if (stoppingSince !== undefined) {
      // A terminal signals the whole group, and a launcher passes its signal on: that is one wish, told twice.
      if (performance.now() - stoppingSince > IMPATIENT_MS) process.exit(130)
      return
    }
    stoppingSince = performance.now()
    status.clear()
    await server.close()
    await app.close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)

  // Watching begins first: what changes during the comparison is not missed.
  await app.sync.startWatching()
  await app.sync.reconcile().catch((error) => {
    // That the folder can't be looked at has been said, and it is tried again.
    if (!(error instanceof DomainError && error.code === 'directory_not_found')) log.error(messageOf(error))
  })
}
