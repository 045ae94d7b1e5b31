import pino from 'pino'
import { onTestFailed, onTestFinished } from 'vitest'
import { type App, type AppOptions, createApp } from '../app/compose.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { Timings } from '../timings.ts'
import { shareMeasurements, takeMeasurements } from './measurements.ts'
import { openSharedEmbedder } from './shared-embedder.ts'
import { startSharedThread } from './shared-threads.ts'
import { type OnEnd, temporaryDirectory } from './temporary.ts'

/** The effective configuration for a gallery, with its data in a folder of its own and the embedder that starts soonest. */
export async function configFor(
  gallery: string,
  yaml: Record<string, unknown> = {},
  onEnd: OnEnd = onTestFinished,
): Promise<Config> {
  const flags = Object.entries({
    'watcher.watched_directory': gallery,
    'watcher.watch_recursive': true,
    'embedder_registry.chosen_embedder': 'classical',
    data_directory: await temporaryDirectory(onEnd),
    ...yaml,
  }).map(([path, value]) => ({ path: path.split('.'), value, source: 'test' }))
  return loadConfig({ environment: {}, flags, workingDirectory: gallery })
}

/** Configuration of a database, for tests that run on each of them. */
export type DatabaseKeys = () => Promise<Record<string, unknown>>

export const embeddedDatabase: DatabaseKeys = async () => ({})

/** Short times for tests; the soak and the product use the usual times. */
const SHORT_TIMINGS: Partial<Timings> = {
  settleMs: 40,
  brokenSettleMs: 200,
  unsettledMs: 300,
  debounceMs: 15,
  missingGraceMs: 200,
  accountMs: 200,
  rootCheckMs: 300,
  rescanMs: 500,
  storageWaitMs: 1_000,
  formerCheckMs: 100,
}

const MAX_SHOWN_LINES = 200

/** A log of warnings, which is printed if the test fails. An app that several tests share logs nothing. */
function warningsOf(onEnd: OnEnd): pino.Logger {
  if (onEnd !== onTestFinished) return pino({ level: 'silent' })
  const lines: string[] = []
  onTestFailed(() => {
    if (lines.length > 0) console.error(`Warnings of the app:\n${lines.slice(-MAX_SHOWN_LINES).join('')}`)
  })
  return pino({ level: 'warn' }, { write: (line) => void lines.push(line) })
}

/**
 * The whole product on a gallery, without a port; closed after the test. Its embedding process and its threads are those of all tests of
 * the worker.
 */
export async function startApp(
  config: Config,
  options: Partial<AppOptions> = {},
  onEnd: OnEnd = onTestFinished,
): Promise<App> {
  takeMeasurements(config.data_directory)
  const app = await createApp(config, {
    log: warningsOf(onEnd),
    openEmbedder: openSharedEmbedder,
    startThread: startSharedThread,
    timings: SHORT_TIMINGS,
    ...options,
  })
  shareMeasurements(config.data_directory)
  let isClosed = false
  const close = app.close
  app.close = async () => {
    if (isClosed) return
    isClosed = true
    await close()
  }
  onEnd(() => app.close())
  return app
}

/** Brings the index in step with the folder. */
export async function indexAll(app: App): Promise<void> {
  await app.sync.scan()
  await app.indexer.idle()
}
