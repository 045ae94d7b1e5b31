import { Command } from 'commander'
import { importUsers } from '../accounts/import-users.ts'
import { importImages } from '../admin/import-reference.ts'
import { withUsers } from '../admin/users.ts'
import { createApp } from '../app/compose.ts'
import type { Config } from '../config/schema.ts'
import { setInFile } from '../config/set-in-file.ts'
import { openReference } from '../database/postgres/reference.ts'
import { definitionOf } from '../embedding/definition-of.ts'
import { embedderKind } from '../embedding/registry.ts'
import { DomainError, messageOf } from '../errors.ts'
import { createLog } from '../log.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'
import { bar, duration, showLoading } from './progress-line.ts'

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
  const config = await withRawPixels(configFor(folder, options), folder, options)
  const { log, status } = createLog(config, process.stderr)
  const isTerminal = process.stderr.isTTY === true
  const reference = openReference({ url: options.from })
  try {
    await reference.assertReachable()
    const found = await reference.users()
    const { added, present, notes } = await withUsers(config, (users) => importUsers(found, users))
    for (const note of notes) log.warn(note)
    console.log(`${added} users imported, ${present} already existed. They have to sign in again.`)

    const app = await createApp(config, { log, onLoading: showLoading(status, log, isTerminal) })
    status.clear()
    const start = performance.now()
    try {
      const result = await importImages(app, reference, config, {
        vectorsOf: options.vectors,
        mountedAt: options.mountedAt,
        onProgress: (done, all) =>
          isTerminal && status.show(`Importing: ${done} of ${all} ${bar(done / all)}`),
      })
      status.clear()
      const { rows, adopted, vectors, twins, present: known, left } = result
      console.log(
        `${rows} images read in ${duration((performance.now() - start) / 1000)}: ${adopted} imported with their ids, ${vectors} of them with their vectors; ${twins} second rows of uploads, ${known} known already, ${left} whose file is gone or has changed.`,
      )
    } finally {
      await app.close()
    }
  } finally {
    await reference.close()
  }
}

/**
 * The reference implementation embeds raw pixels. Its vectors fit only if its checkpoint gets the same here, so an argument that is not
 * set is written into the configuration file.
 * @throws {DomainError} `config_invalid` if there is no file that can be written to
 */
async function withRawPixels(
  config: Config,
  folder: string | undefined,
  options: ImportOptions,
): Promise<Config> {
  const { embedder_registry: registry } = config
  const name = registry.chosen_embedder
  const definition = definitionOf(name, registry)
  const isSet = definition.kwargs.normalize !== undefined
  if (options.vectors === undefined || isSet || embedderKind(name, definition) !== 'timm') return config
  const path = ['embedder_registry', 'embedders', name, 'kwargs', 'normalize']
  const file = options.config ?? process.env.SERVER_CONFIG_PATH
  try {
    if (file === undefined) throw new Error('there is no configuration file')
    await setInFile(file, path, false)
  } catch (error) {
    throw new DomainError(
      'config_invalid',
      `Vectors of a checkpoint can be taken over only with ${path.join('.')}: false. Set it; it could not be written: ${messageOf(error)}.`,
      { cause: error },
    )
  }
  console.log(`${path.join('.')}: false was written to ${file}: the vectors are those of raw pixels.`)
  return configFor(folder, options)
}
