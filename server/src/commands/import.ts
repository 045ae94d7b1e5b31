import { Command } from 'commander'
import { importUsers } from '../accounts/import-users.ts'
import { importImages } from '../admin/import-reference.ts'
import { withUsers } from '../admin/users.ts'
import { createApp } from '../app/compose.ts'
import { openReference } from '../database/postgres/reference.ts'
import { displayName } from '../gallery/file-names.ts'
import { createLog } from '../log.ts'
import { type CommonOptions, withCommonOptions } from './options.ts'
import { bar, duration, showLoading } from './progress-line.ts'
import { withRawPixels } from './raw-pixels.ts'

interface ImportOptions extends CommonOptions {
  from: string
  vectors?: string
  mountedAt: string
}

export function importCommand(): Command {
  const command = new Command('import')
    .description(
      'take over users, image ids and, where they are the same, vectors from the database of the reference implementation, which is not changed',
    )
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
    .requiredOption('--from <url>', 'its database: postgresql://USER:PASSWORD@HOST:PORT/DATABASE')
    .option(
      '--vectors <embedder>',
      'its name for the chosen embedder; without it, all images are embedded again',
    )
    .option('--mounted-at <folder>', 'where the gallery was for the reference implementation', '/images')
  return withCommonOptions(command).action(run)
}

async function run(folder: string | undefined, options: ImportOptions): Promise<void> {
  const { config, keep } = withRawPixels(folder, options)
  const { log, status } = createLog(config, process.stderr)
  const isTerminal = process.stderr.isTTY === true
  const reference = openReference({ url: options.from })
  try {
    await reference.assertReachable()
    const found = await reference.users()
    const { added, present, notes } = await withUsers(config, (users) => importUsers(found, users), {
      mayBeNew: true,
    })
    for (const note of notes) log.warn(note)
    console.log(`${added} users imported, ${present} already existed. They have to sign in again.`)

    const app = await createApp(config, { log, onLoading: showLoading(status, log, isTerminal) })
    status.clear()
    const start = performance.now()
    try {
      const result = await importImages(app, reference, config, {
        vectorsOf: options.vectors,
        mountedAt: options.mountedAt,
        onCompared: keep,
        onFailed: (path, reason) => log.warn(`${displayName(path)} is not imported: ${reason}`),
        onProgress: (done, all) =>
          isTerminal && status.show(`Importing: ${done} of ${all} ${bar(done / all)}`),
      })
      status.clear()
      const { rows, adopted, vectors, twins, present: known, left, failed } = result
      console.log(
        `${rows} images read in ${duration((performance.now() - start) / 1000)}: ${adopted} imported with their ids, ${vectors} of them with their vectors; ${twins} second rows of uploads, ${known} known already, ${left} whose file is gone or has changed, ${failed} whose file can't be read.`,
      )
    } finally {
      await app.close()
    }
  } finally {
    await reference.close()
  }
}
