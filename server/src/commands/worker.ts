import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { type AppOptions, createApp } from '../app/compose.ts'
import type { Config } from '../config/schema.ts'
import { DomainError } from '../errors.ts'
import { createLog } from '../log.ts'
import { type CommonOptions, configFor, configToIndex, withCommonOptions } from './options.ts'
import { followProgress, showLoading } from './progress-line.ts'
import { assertShared, onStop, startApp } from './running.ts'

export function workerCommand(): Command {
  const command = new Command('worker')
    .description(
      'index for the servers on the same PostgreSQL database, without a page; any number of workers can run',
    )
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
  return withCommonOptions(command)
    .option(
      '--server <url>',
      'read the files through a server instead of a folder; needs an API key with the role editor in SKETCH_SEARCH_API_KEY if people sign in there',
    )
    .action(work)
}

interface WorkerOptions extends CommonOptions {
  server?: string
}

async function work(folder: string | undefined, options: WorkerOptions): Promise<void> {
  const { server } = options
  if (server !== undefined && folder !== undefined)
    throw new DomainError('invalid_request', 'Give either a folder or --server: both name the gallery.')
  const given = server === undefined ? configToIndex(folder, options) : configFor(folder, options)
  assertShared(given, 'A worker')
  if (server === undefined) return runWorker(given, {}, given.watcher.watched_directory)
  const copies = await mkdtemp(join(tmpdir(), 'sketch-search-worker-'))
  const galleryServer = { url: server, apiKey: process.env.SKETCH_SEARCH_API_KEY }
  try {
    await runWorker(withCopiesIn(copies, given), { galleryServer }, server, () => removeFolder(copies))
  } catch (error) {
    await removeFolder(copies)
    throw error
  }
}

/** @param onClosed called when the worker has been stopped */
async function runWorker(
  config: Config,
  source: Pick<AppOptions, 'galleryServer'>,
  gallery: string,
  onClosed = async () => {},
): Promise<void> {
  const { log, status } = createLog(config, process.stderr)
  const isTerminal = process.stderr.isTTY === true
  const app = await createApp(config, {
    ...source,
    log,
    searches: false,
    onLoading: showLoading(status, log, isTerminal),
  })
  status.clear()
  followProgress(app.events, status, log, isTerminal)
  console.log(`Sketch-Search worker for ${gallery}`)
  onStop(async () => {
    status.clear()
    await app.close()
    await onClosed()
  })
  await startApp(app, log)
}

/** A worker without the gallery reads copies, which no pattern leaves out. */
function withCopiesIn(directory: string, config: Config): Config {
  const watcher = {
    ...config.watcher,
    watched_directory: directory,
    watch_recursive: true,
    directories: [],
    ignore: [],
  }
  return { ...config, watcher }
}

function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true })
}
