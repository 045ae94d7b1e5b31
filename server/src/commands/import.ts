import { Command } from 'commander'
import { describeUsers, importUsers } from '../accounts/import-users.ts'
import {
  assertHasVectors,
  compareVectors,
  type ImagesImport,
  importImages,
} from '../admin/import-reference.ts'
import { withUsers } from '../admin/users.ts'
import { createApp } from '../app/compose.ts'
import { counted } from '../counted.ts'
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
    await reference.assertUsable()
    if (options.vectors !== undefined) await assertHasVectors(reference, options.vectors)
    // Nothing here signs in. Sign-in would add its first admin before the users that are imported.
    const app = await createApp(
      { ...config, auth: { kind: 'none' } },
      { log, onLoading: showLoading(status, log, isTerminal) },
    )
    status.clear()
    try {
      // Vectors that do not fit stop the command before anything is stored.
      const gallery = { vectorsOf: options.vectors, mountedAt: options.mountedAt }
      const compared =
        options.vectors === undefined ? 0 : await compareVectors(app, reference, config, gallery)
      if (compared > 0) await keep()
      else if (options.vectors !== undefined)
        log.warn('No file is as it was when it was embedded, so no vectors are taken over.')
      const found = await reference.users()
      const users = await withUsers(config, (users) => importUsers(found, users), { mayBeNew: true })
      for (const note of users.notes) log.warn(note)
      console.log(describeUsers(users))

      const start = performance.now()
      const result = await importImages(app, reference, config, {
        ...gallery,
        vectorsOf: compared > 0 ? options.vectors : undefined,
        onFailed: (path, reason) => log.warn(`${displayName(path)} is not imported: ${reason}`),
        onProgress: (done, all) =>
          isTerminal && status.show(`Importing: ${done} of ${all} ${bar(done / all)}`),
      })
      status.clear()
      console.log(describeImages(result, (performance.now() - start) / 1000))
    } finally {
      await app.close()
    }
  } finally {
    await reference.close()
  }
}

function describeImages(
  { rows, adopted, vectors, twins, present, completed, left, failed }: ImagesImport,
  seconds: number,
): string {
  const now = completed > 0 ? `, ${completed} of them with their vectors now` : ''
  return `${counted(rows, 'image')} read in ${duration(seconds)}: ${adopted} imported with their ids, ${vectors} of them with their vectors; ${counted(twins, 'second row')} of uploads, ${present} known already${now}, ${left} whose file is gone or has changed, ${failed} whose file can't be read.`
}
