import { Command } from 'commander'
import type { App } from '../app/compose.ts'
import type { TrashedImage } from '../catalog/catalog.ts'
import { DomainError, messageOf } from '../errors.ts'
import { displayName } from '../gallery/file-names.ts'
import { inApp } from './in-app.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'
import { printTable } from './table.ts'

interface TrashOptions extends CommonOptions {
  folder?: string
  json?: boolean
}

const PAGE_SIZE = 500

export function trashCommand(): Command {
  const command = new Command('trash').description(
    'list, restore or remove what was deleted in Sketch-Search',
  )
  const add = (name: string, description: string) => {
    const sub = withCommonOptions(new Command(name).description(description)).option(
      '--folder <folder>',
      'the gallery, with all folders below it; default: watcher.watched_directory',
    )
    command.addCommand(sub)
    return sub
  }
  add('list', 'list deleted images, the latest deletion first')
    .option('--json', 'print JSON')
    .action((options: TrashOptions) =>
      inApp(configFor(options.folder, options), { isReadOnly: true }, (app) =>
        list(app, options.json === true),
      ),
    )
  add('restore', 'put deleted images back to their places; a name that is taken gets a number')
    .argument('<image...>', 'former path or id')
    .action((images: string[], options: TrashOptions) => withApp(options, (app) => restore(app, images)))
  add('empty', 'remove all deleted images for good').action((options: TrashOptions) =>
    withApp(options, async ({ trash }) => console.log(`${await trash.empty()} images removed for good.`)),
  )
  return command
}

/**
 * @throws {DomainError} `data_directory_in_use` while a server uses an embedded database; `directory_not_found` if the gallery is that
 * of the configuration and lacks the deleted files: their rows would be removed although the files are in another gallery
 */
async function withApp(options: TrashOptions, work: (app: App) => Promise<void>): Promise<void> {
  const config = configFor(options.folder, options)
  await inApp(config, {}, async (app) => {
    if (options.folder === undefined && !(await app.trash.mayBeOfGallery()))
      throw new DomainError(
        'directory_not_found',
        `None of the deleted files is in the trash of the gallery ${config.watcher.watched_directory}: give the gallery with --folder, also if it is this one.`,
      )
    await work(app)
  })
}

async function list({ trash }: App, isJson: boolean): Promise<void> {
  const all = (await trashed(trash)).map(({ image: { id, path }, deletedAt }) => ({
    id,
    path,
    deleted_at: new Date(deletedAt).toISOString(),
  }))
  if (isJson) console.log(JSON.stringify(all, null, 2))
  else if (all.length === 0) console.log('The trash is empty.')
  else
    printTable([
      ['deleted at', 'id', 'path'],
      ...all.map((image) => [image.deleted_at, image.id, displayName(image.path)]),
    ])
}

/** If several deleted images had one path, the latest deletion is restored. */
async function restore({ trash }: App, names: string[]): Promise<void> {
  const all = await trashed(trash)
  const ids = names.map((name) => {
    const found = all.find(({ image }) => image.id === name || image.path === name)
    if (found !== undefined) return found.image.id
    throw new DomainError('image_not_found', `The trash has no image ${JSON.stringify(name)}.`)
  })
  for (const [n, id] of ids.entries()) {
    try {
      // One by one, so that each has its own reason.
      for (const { path } of await trash.restore([id])) console.log(`Restored: ${displayName(path)}`)
    } catch (error) {
      console.error(`Not restored: ${displayName(names[n]!)}: ${messageOf(error)}`)
      process.exitCode = 1
    }
  }
}

async function trashed(trash: App['trash']): Promise<TrashedImage[]> {
  const all: TrashedImage[] = []
  for (;;) {
    const { images } = await trash.list({ offset: all.length, limit: PAGE_SIZE })
    if (images.length === 0) return all
    all.push(...images)
  }
}
