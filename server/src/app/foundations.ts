import type { VectorSpace } from '../catalog/catalog.ts'
import { COLOUR_SPACE, windowSpace } from '../catalog/spaces.ts'
import type { Config } from '../config/schema.ts'
import { type DirectoryLock, lockDirectoryWhenFree, NO_LOCK } from '../database/directory-lock.ts'
import type { openEmbedder } from '../embedding/open-embedder.ts'
import { spaceFingerprint } from '../embedding/vector-space.ts'
import { openDirectories } from '../gallery/directories.ts'
import type { IncludeRules } from '../gallery/include.ts'
import { type Client, clientReader } from '../http/middleware/client-address.ts'
import type { StorageMonitor } from '../indexing/storage-monitor.ts'
import type { Logger } from '../log.ts'
import { openStorage, type Storage } from '../storage/open-storage.ts'
import type { StartThread } from '../threads.ts'
import type { Timings } from '../timings.ts'
import { foldersToExclude, prepareDirectories, warnOfAbsentDirectories } from './directories.ts'
import { countIgnoredUsers } from './ignored-users.ts'
import { type Model, openModel } from './model.ts'
import type { OpenedSignIn } from './sign-in.ts'
import { openStorageMonitor } from './storage-monitor.ts'

export interface FoundationsOptions {
  log: Logger
  isReadOnly: boolean
  timings: Timings
  searches: boolean
  onLoading?: ((message: string, share: number | undefined) => void) | undefined
  openEmbedder?: typeof openEmbedder | undefined
  startThread?: StartThread | undefined
  /** Work that ends after the embedder and before the storage. */
  background(): Promise<unknown> | undefined
}

/** The parts that all others need: folder, databases, sign-in and model. */
export interface Foundations {
  root: string
  walk: IncludeRules & { recursive: boolean; excluded: string[] }
  lock: DirectoryLock
  storage: Storage
  monitor: StorageMonitor
  signIn: OpenedSignIn | undefined
  /** Number of users in the database although nobody has to sign in. */
  ignoredUsers: number
  readClient: (context: Parameters<ReturnType<typeof clientReader>>[0]) => Client
  model: Model
  /** The embedder of the last start, if it was another one and images have vectors from it. */
  previous: VectorSpace | undefined
  /** Closes everything that has been opened, the last first. */
  closing: AsyncDisposableStack
}

/** Opens the foundations. If one of them fails, those that are open are closed again. */
export async function openFoundations(
  config: Config,
  {
    log,
    isReadOnly,
    searches,
    timings,
    onLoading,
    openEmbedder,
    startThread,
    background,
  }: FoundationsOptions,
): Promise<Foundations> {
  const { root, directories } = await prepareDirectories(config, { isReadOnly })
  if (!isReadOnly) await warnOfAbsentDirectories(directories, log)
  const walk = {
    recursive: config.watcher.watch_recursive,
    excluded: await foldersToExclude(root, config),
    ignored: config.watcher.ignore,
    includesSystemFolders: config.watcher.include_system_folders,
    directories,
  }
  const closing = new AsyncDisposableStack()
  closing.defer(openDirectories(root, directories))
  try {
    // Processes on one database server may share the directory: each of them can create its files again.
    const ownsDirectory = !isReadOnly && config.database === undefined
    const lock = ownsDirectory
      ? await lockDirectoryWhenFree(config.data_directory, () =>
          log.info('The process that has used the data directory is ending: this one waits for it.'),
        )
      : NO_LOCK
    closing.defer(() => lock.release())
    const storage = await openStorage({
      database: config.database,
      directory: config.data_directory,
      canWrite: !isReadOnly,
      log: { warn: (message) => log.warn(message), info: (message) => log.info(message) },
      startThread,
    })
    closing.defer(() => storage.close())
    const readClient = clientReader(config.trusted_proxies)
    const signIn = await openSignInIfRequired(config, { storage, readClient, log, isReadOnly })
    closing.defer(() => signIn?.close())
    const servesPeople = searches && !isReadOnly
    const ignoredUsers = servesPeople ? await countIgnoredUsers(config, storage, log) : 0
    const monitor = openStorageMonitor(config, [root, ...directories.map(({ path }) => path)], timings, log)
    closing.defer(() => monitor.close())
    closing.defer(async () => void (await background()))
    const model = await openModel(config, { log, canWrite: !isReadOnly, searches, onLoading, openEmbedder })
    closing.defer(() => model.embedder.close())
    const space = spaceOf(model, config)
    const { previous } = await storage.catalog.spaces.activate(space)
    // It watches the files of the catalog, which now exist.
    if (!isReadOnly) await monitor.start()
    const people = { signIn, ignoredUsers, readClient }
    return { root, walk, lock, storage, monitor, ...people, model, previous, closing }
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}

/** The space of a model, with the further spaces of its images. */
function spaceOf({ fingerprint, embedder }: Model, { embedder_registry }: Config): VectorSpace {
  const { windows } = embedder_registry
  const space = {
    embedder: embedder_registry.chosen_embedder,
    fingerprint: spaceFingerprint(fingerprint, embedder_registry),
    dimensions: embedder.dimensions,
  }
  return {
    ...space,
    further: windows === 'none' ? [COLOUR_SPACE] : [COLOUR_SPACE, windowSpace(space, windows)],
  }
}

async function openSignInIfRequired(
  config: Config,
  {
    storage,
    readClient,
    log,
    isReadOnly,
  }: Pick<Foundations, 'storage' | 'readClient'> & Pick<FoundationsOptions, 'log' | 'isReadOnly'>,
): Promise<OpenedSignIn | undefined> {
  if (isReadOnly || config.auth.kind === 'none') return undefined
  // Loaded on demand: its libraries would slow down every other start.
  const { openSignIn } = await import('./sign-in.ts')
  return openSignIn(config, storage, readClient, log)
}
