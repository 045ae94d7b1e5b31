import { Command } from 'commander'
import type { App } from '../app/compose.ts'
import { counted } from '../counted.ts'
import { addressOfOwner } from '../database/directory-lock.ts'
import { DomainError, messageOf } from '../errors.ts'
import { displayName } from '../gallery/file-names.ts'
import { inApp } from './in-app.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'
import { askServer, type RemoteServer, withServerOptions } from './remote-server.ts'
import { printTable } from './table.ts'

/** A request that moves or removes all files of a trash takes as long as it takes. */
const UNLIMITED = new AbortController().signal

interface TrashOptions extends CommonOptions {
  folder?: string
  json?: boolean
  server?: string
  apiKey?: string
}

interface DeletedImage {
  id: string
  path: string
  /** ISO 8601. */
  deleted_at: string
}

/** The trash of a gallery on this machine, or that of a server. */
interface OpenTrash {
  /** @param name part of the file names; absent: all images */
  list(name?: string): Promise<DeletedImage[]>
  /** @returns the path that the image has now; undefined if it is no longer in the trash */
  restore(id: string): Promise<string | undefined>
  /** @returns the number of images */
  empty(): Promise<number>
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
    withServerOptions(sub, 'use the trash of this running server, by its HTTP API')
    command.addCommand(sub)
    return sub
  }
  add('list', 'list deleted images, the latest deletion first')
    .option('--name <text>', 'only images with this text in their file name')
    .option('--json', 'print JSON')
    .action((options: TrashOptions & { name?: string }) =>
      options.server === undefined
        ? inApp(configFor(options.folder, options), { isReadOnly: true }, ({ trash }) =>
            list(ofApp(trash), options),
          )
        : list(ofServer({ url: options.server, apiKey: options.apiKey }), options),
    )
  add('restore', 'put deleted images back to their places; a name that is taken gets a number')
    .argument('<image...>', 'former path or id')
    .action((images: string[], options: TrashOptions) =>
      withTrash(options, (trash) => restore(trash, images)),
    )
  add('empty', 'remove all deleted images for good').action((options: TrashOptions) =>
    withTrash(options, async (trash) =>
      console.log(`${counted(await trash.empty(), 'image')} removed for good.`),
    ),
  )
  return command
}

/**
 * @throws {DomainError} `data_directory_in_use` while a server uses an embedded database; `directory_not_found` if the gallery is that
 * of the configuration and lacks the deleted files: their rows would be removed although the files are in another gallery
 */
async function withTrash(options: TrashOptions, work: (trash: OpenTrash) => Promise<void>): Promise<void> {
  if (options.server !== undefined) return work(ofServer({ url: options.server, apiKey: options.apiKey }))
  const config = configFor(options.folder, options)
  const inGallery = async ({ trash }: App) => {
    if (options.folder === undefined && !(await trash.mayBeOfGallery()))
      throw new DomainError(
        'directory_not_found',
        `None of the deleted files is in the trash of the gallery ${config.watcher.watched_directory}: give the gallery with --folder, also if it is this one.`,
      )
    await work(ofApp(trash))
  }
  await inApp(config, {}, inGallery).catch((error: unknown) => {
    if (!(error instanceof DomainError) || error.code !== 'data_directory_in_use') throw error
    const address = addressOfOwner(config.data_directory)
    if (address === undefined) throw error
    throw new DomainError(error.code, `A server is running: add --server ${address}`, { cause: error })
  })
}

function ofApp(trash: App['trash']): OpenTrash {
  return {
    async list(name) {
      const page = (offset: number) => trash.list({ nameContains: name, offset, limit: PAGE_SIZE })
      const images = await allOf(async (number) => (await page(number * PAGE_SIZE)).images)
      return images.map(({ image: { id, path }, deletedAt }) => ({
        id,
        path,
        deleted_at: new Date(deletedAt).toISOString(),
      }))
    },
    restore: async (id) => (await trash.restore([id])).images[0]?.path,
    empty: () => trash.empty(),
  }
}

function ofServer(server: RemoteServer): OpenTrash {
  const headers = { 'content-type': 'application/json' }
  return {
    async list(name) {
      const purpose = 'the list of the trash'
      const filter = name === undefined ? '' : `&name_contains=${encodeURIComponent(name)}`
      const page = (number: number) =>
        askServer<{ images: DeletedImage[] }>(
          server,
          `api/trash?page=${number + 1}&items_per_page=${PAGE_SIZE}${filter}`,
          purpose,
        )
      const images = await allOf(async (number) => (await page(number)).images)
      return images.map(({ id, path, deleted_at }) => ({ id, path, deleted_at }))
    },
    async restore(id) {
      const init = { method: 'POST', headers, body: JSON.stringify({ image_ids: [id] }), signal: UNLIMITED }
      const { images } = await askServer<{ images: { path: string }[] }>(
        server,
        'api/trash/restore',
        'the restoration',
        init,
      )
      return images[0]?.path
    },
    async empty() {
      const init = { method: 'DELETE', signal: UNLIMITED }
      const { removed } = await askServer<{ removed: number }>(
        server,
        'api/trash',
        'emptying the trash',
        init,
      )
      return removed
    },
  }
}

/** @param page reads a page by its number from 0 on */
async function allOf<T>(page: (number: number) => Promise<T[]>): Promise<T[]> {
  const all: T[] = []
  for (let number = 0; ; number++) {
    const images = await page(number)
    all.push(...images)
    if (images.length < PAGE_SIZE) return all
  }
}

async function list(trash: OpenTrash, { name, json }: { name?: string; json?: boolean }): Promise<void> {
  const all = await trash.list(name)
  if (json) console.log(JSON.stringify(all, null, 2))
  else if (all.length === 0)
    console.log(name === undefined ? 'The trash is empty.' : 'No deleted image has such a name.')
  else
    printTable([
      ['deleted at', 'id', 'path'],
      ...all.map((image) => [image.deleted_at, image.id, displayName(image.path)]),
    ])
}

/** If several deleted images had one path, the latest deletion is restored. */
async function restore(trash: OpenTrash, names: string[]): Promise<void> {
  const all = await trash.list()
  const ids = names.map((name) => {
    const found = all.find(({ id, path }) => id === name || path === name)
    if (found !== undefined) return found.id
    throw new DomainError('image_not_found', `The trash has no image ${JSON.stringify(name)}.`)
  })
  for (const [n, id] of ids.entries()) {
    try {
      // One by one, so that each has its own reason.
      const path = await trash.restore(id)
      if (path !== undefined) console.log(`Restored: ${displayName(path)}`)
    } catch (error) {
      console.error(`Not restored: ${displayName(names[n]!)}: ${messageOf(error)}`)
      process.exitCode = 1
    }
  }
}
