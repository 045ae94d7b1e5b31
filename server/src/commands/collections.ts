import { Command } from 'commander'
import type { App } from '../app/compose.ts'
import type { Collection } from '../catalog/catalog.ts'
import { displayName } from '../gallery/file-names.ts'
import { collectionNamed, ownerNamed, visibleCollections } from './collection-names.ts'
import { inApp } from './in-app.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'
import { writeToStandardOutput } from './standard-output.ts'
import { printTable } from './table.ts'

interface CollectionsOptions extends CommonOptions {
  folder?: string
  user?: string
  json?: boolean
}

export function collectionsCommand(): Command {
  const command = new Command('collections').description('list collections, and show the images in them')
  const add = (name: string, description: string) => {
    const sub = withCommonOptions(new Command(name).description(description))
      .option('--folder <folder>', 'the gallery; default: watcher.watched_directory')
      .option('--user <email>', 'include the collections that only this user sees')
      .option('--json', 'print JSON')
    command.addCommand(sub)
    return sub
  }
  add('list', 'list collections by name').action((options: CollectionsOptions) =>
    inCollections(options, list),
  )
  add('show', 'list the images of a collection')
    .argument('<collection>', 'name or id')
    .action((name: string, options: CollectionsOptions) =>
      inCollections(options, (app, userId) => show(app, userId, name, options.json === true)),
    )
  return command
}

/** Reads beside a running server. */
async function inCollections(
  options: CollectionsOptions,
  work: (app: App, userId: string, isJson: boolean) => Promise<void>,
): Promise<void> {
  const config = configFor(options.folder, options)
  const userId = await ownerNamed(config, options.user)
  await inApp(config, { isReadOnly: true }, (app) => work(app, userId, options.json === true))
}

async function list(app: App, userId: string, isJson: boolean): Promise<void> {
  const all = (await visibleCollections(app.catalog, userId)).map(rowOf)
  if (isJson) console.log(JSON.stringify(all, null, 2))
  else if (all.length === 0) console.log('There are no collections.')
  else
    printTable([
      ['name', 'images', 'kind', 'shared', 'id'],
      ...all.map(({ name, images, kind, shared, id }) => [
        displayName(name),
        images === null ? '' : String(images),
        kind,
        shared ? 'yes' : 'no',
        id,
      ]),
    ])
}

/** The number of images of a saved search is unknown until it is carried out. */
function rowOf({ id, name, search, images, isShared, ownerId }: Collection) {
  const kind = search === undefined ? 'images' : 'search'
  return { id, name, kind, images: kind === 'images' ? images : null, shared: isShared || ownerId === '' }
}

async function show(app: App, userId: string, name: string, isJson: boolean): Promise<void> {
  const { id } = await collectionNamed(app.catalog, userId, name)
  const { body } = await app.exporter(userId, { collection: id, format: isJson ? 'json' : 'paths' })
  await writeToStandardOutput(body)
}
