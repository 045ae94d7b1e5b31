import { Command } from 'commander'
import { createApp } from '../app/compose.ts'
import { createLog } from '../log.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'
import { duration, followProgress, showLoading } from './progress-line.ts'
import { untilIndexed } from './until-indexed.ts'

const SHOWN_FAILURES = 20

export function indexCommand(): Command {
  const command = new Command('index')
    .description(
      'bring the index in step with the folder, print a summary and exit; code 1 if a file failed or too many are missing',
    )
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
    .option(
      '--accept-missing',
      'forget files that are gone, however many; without it, more than watcher.max_missing_share of them are kept',
    )
  return withCommonOptions(command).action(indexFolder)
}

interface IndexOptions extends CommonOptions {
  acceptMissing?: boolean
}

async function indexFolder(folder: string | undefined, options: IndexOptions): Promise<void> {
  const config = configFor(folder, options)
  const { log, status } = createLog(config.log_level, process.stderr)
  const isTerminal = process.stderr.isTTY === true
  const app = await createApp(config, { log, onLoading: showLoading(status, log, isTerminal) })
  status.clear()
  process.once('SIGINT', () => void app.close().then(() => process.exit(130)))
  followProgress(app.events, status, log, isTerminal)

  const start = performance.now()
  let indexed = 0
  app.events.on('imagesIndexed', ({ count }) => {
    indexed += count
  })
  await untilIndexed(app, { acceptsMissing: options.acceptMissing ?? false }).catch(async (error) => {
    await app.close()
    throw error
  })
  const seconds = (performance.now() - start) / 1000
  const counts = await app.catalog.images.counts()
  const { failures, total } = await app.catalog.failures.list({ offset: 0, limit: SHOWN_FAILURES })
  const { failed } = app.indexer.progress()
  const { massRemoval } = app.sync
  await app.close()

  status.clear()
  const rate = indexed > 0 ? ` (${(indexed / seconds).toFixed(0)} images/s)` : ''
  console.log(
    `${indexed} indexed in ${duration(seconds)}${rate}; ${counts.indexed} in the index, ${total} failed.`,
  )
  for (const { path, reason } of failures) console.log(`  ${path}: ${reason}`)
  if (total > failures.length) console.log(`  … and ${total - failures.length} more`)
  if (failed > total)
    console.log('Some files could not be indexed for a reason that is not theirs; the log tells which.')
  if (massRemoval !== undefined)
    console.log(
      `${massRemoval.missing} of ${massRemoval.known} files are missing and were kept; with --accept-missing they are forgotten.`,
    )
  if (total > 0 || failed > 0 || massRemoval !== undefined) process.exitCode = 1
}
