import { Command } from 'commander'
import { type App, createApp } from '../app/compose.ts'
import { counted } from '../counted.ts'
import { displayName } from '../gallery/file-names.ts'
import { ROOT } from '../gallery/paths.ts'
import type { IndexAccountJson } from '../http/contract/index-account.ts'
import { indexAccount } from '../http/index-account.ts'
import { createLog } from '../log.ts'
import type { MassRemoval } from '../sync/missing-files.ts'
import { type CommonOptions, configToIndex, withCommonOptions } from './options.ts'
import { duration, followProgress, showLoading } from './progress-line.ts'
import { onStop } from './running.ts'
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
      'remove all missing files from the index; without it, more than watcher.max_missing_share of them are kept',
    )
  return withCommonOptions(command).action(indexFolder)
}

interface IndexOptions extends CommonOptions {
  acceptMissing?: boolean
}

async function indexFolder(folder: string | undefined, options: IndexOptions): Promise<void> {
  const config = configToIndex(folder, options)
  const { log, status } = createLog(config, process.stderr)
  const isTerminal = process.stderr.isTTY === true
  const app = await createApp(config, { log, onLoading: showLoading(status, log, isTerminal) })
  status.clear()
  const isStopping = onStop(() => app.close(), { isInterruption: true })
  followProgress(app.events, status, log, isTerminal)

  const start = performance.now()
  let indexed = 0
  app.events.on('imagesIndexed', ({ count }) => {
    indexed += count
  })
  const outcome = await index(app, options).catch(async (error) => {
    // Closing makes what is in progress fail.
    if (isStopping()) return undefined
    await app.close()
    throw error
  })
  if (outcome === undefined || isStopping()) return
  await app.close()
  const { counts, failures, total, failed, massRemoval, account } = outcome

  status.clear()
  const seconds = (outcome.end - start) / 1000
  const rate = indexed > 0 ? ` (${(indexed / seconds).toFixed(0)} images/s)` : ''
  console.log(
    `${indexed} indexed in ${duration(seconds)}${rate}; ${counts.indexed} in the index, ${total} failed.`,
  )
  for (const { path, reason } of failures) console.log(`  ${displayName(path)}: ${reason}`)
  if (total > failures.length) console.log(`  … and ${total - failures.length} more`)
  printAccount(account, massRemoval)
  if (failed > total)
    console.log('Some files could not be indexed because of another problem, which the log names.')
  if (total > 0 || failed > 0 || massRemoval !== undefined) process.exitCode = 1
}

async function index(app: App, { acceptMissing = false }: IndexOptions) {
  await untilIndexed(app, { acceptsMissing: acceptMissing })
  const end = performance.now()
  const { failures, total } = await app.catalog.failures.list({ offset: 0, limit: SHOWN_FAILURES })
  return {
    end,
    counts: await app.catalog.images.counts(),
    failures,
    total,
    failed: app.indexer.progress().failed,
    massRemoval: app.sync.massRemoval,
    account: await indexAccount(app.catalog, app.sync),
  }
}

const RULES: Record<IndexAccountJson['left_out'][number]['rule'], string> = {
  hidden: 'hidden',
  trash: 'in the trash',
  system_folder: 'in folders of the system, of network drives and of photo programs',
  ignored: 'named by watcher.ignore',
  own_data: 'data of Sketch-Search',
  subfolder: 'in subfolders, which are not watched (watcher.watch_recursive)',
  sidecar: 'XMP files of images, whose metadata are read',
  not_an_image: 'not an image',
  special_file: 'pipes, sockets and devices',
  link_outside: 'links that lead out of the gallery',
  link_broken: 'links that lead nowhere',
  link_loop: 'links that form a loop',
  link_to_left_out: 'links to something that is left out',
  link_not_followed: 'links that can’t be followed',
  unreadable_folder: 'folders that can’t be read',
  unreadable_file: 'files that can’t be read',
  drive_absent: 'drives that are not mounted',
}

function printAccount(
  { found, indexed, failed, pending, left_out: leftOut }: IndexAccountJson,
  absence: MassRemoval | undefined,
): void {
  const sum = leftOut.reduce((total, { count }) => total + count, 0)
  const all = `${counted(found, 'file')} ${absence === undefined ? 'found' : 'in the index or left out'}`
  console.log(`${all}: ${indexed} indexed, ${failed} failed, ${pending} pending, ${sum} left out.`)
  for (const { rule, count, example } of leftOut)
    console.log(
      `  ${count} left out, ${RULES[rule]} (${rule}): ${displayName(example)}${count > 1 ? ', …' : ''}`,
    )
  if (absence === undefined) return
  const { missing, known, places = [] } = absence
  const where = places.map((place) => (place === ROOT ? 'the folder itself' : displayName(place)))
  const why = where.length > 0 ? ` (not connected: ${where.join(', ')})` : ''
  console.log(
    `${missing} of these ${known} indexed and failed files are missing${why} and were kept; with --accept-missing they are removed from the index.`,
  )
}
