import type { CollectionStore } from './contract/collections.ts'
import type { FailureStore } from './contract/failures.ts'
import type { FileStore } from './contract/files.ts'
import type { ImageStore } from './contract/images.ts'
import type { SpaceStore } from './contract/spaces.ts'
import type { TrashStore } from './contract/trash.ts'
import type { VectorStore } from './contract/vectors.ts'

/** The parts of a catalog. */
export interface Stores {
  images: ImageStore
  files: FileStore
  vectors: VectorStore
  failures: FailureStore
  spaces: SpaceStore
  trash: TrashStore
  collections: CollectionStore
}

export type StoreName = keyof Stores
export type ReadFrom = 'primary' | 'replica' | 'replica, else primary'

/**
 * The database server that may answer a call. Requests of people read from replicas; indexing decides by the primary. A
 * replica may lag: if it has no such image, the primary is asked. A method without an entry does not compile, nor does an
 * entry without a method.
 */
export const READ_FROM = {
  images: {
    get: 'replica, else primary',
    getByPath: 'replica, else primary',
    list: 'replica',
    section: 'replica',
    getAll: 'replica',
    sample: 'replica',
    timeline: 'replica',
    folded: 'replica',
    countByDirectory: 'replica',
    counts: 'replica',
    byContentHash: 'replica',
    placesOf: 'replica',
    duplicateHashes: 'replica',
    contentInfo: 'primary',
    unknownContents: 'primary',
    upsert: 'primary',
    outdated: 'primary',
    countOutdated: 'primary',
    setAttributes: 'primary',
  },
  files: {
    inFolder: 'primary',
    countInFolder: 'primary',
    at: 'primary',
    byInode: 'primary',
    folders: 'primary',
    mountPoints: 'primary',
    saveMountPoints: 'primary',
    saveChangeTimes: 'primary',
    leftOut: 'primary',
    saveLeftOut: 'primary',
    leftOutSums: 'replica',
    remove: 'primary',
    move: 'primary',
  },
  vectors: {
    nearest: 'replica',
    neighbours: 'replica',
    get: 'replica',
    embeddedContents: 'primary',
    similarPairs: 'replica',
    contentsOf: 'replica',
    deleteUnused: 'primary',
    deleteUnusedAfter: 'primary',
  },
  failures: {
    list: 'replica',
    put: 'primary',
    clear: 'primary',
  },
  spaces: {
    activate: 'primary',
    openFormer: 'primary',
    list: 'primary',
    prune: 'primary',
  },
  trash: {
    put: 'primary',
    setPlace: 'primary',
    get: 'replica',
    list: 'replica',
    bytes: 'replica',
    deletedBefore: 'primary',
    restore: 'primary',
    remove: 'primary',
    adopt: 'primary',
  },
  collections: {
    list: 'replica',
    get: 'replica, else primary',
    create: 'primary',
    update: 'primary',
    delete: 'primary',
    change: 'primary',
    star: 'primary',
    starred: 'replica',
    searches: 'primary',
    removePrivate: 'primary',
    refresh: 'primary',
  },
} as const satisfies { [S in StoreName]: Record<keyof Stores[S], ReadFrom> }

/** Calls a store's method by name, for wrappers that treat all methods alike. */
export type StoreCall = (
  store: StoreName,
  method: string,
  args: readonly unknown[],
  from: ReadFrom,
) => Promise<unknown>

/** Builds all stores from one function. */
export function storesOver(call: StoreCall): Stores {
  return {
    images: storeOver('images', call),
    files: storeOver('files', call),
    vectors: storeOver('vectors', call),
    failures: storeOver('failures', call),
    spaces: storeOver('spaces', call),
    trash: storeOver('trash', call),
    collections: storeOver('collections', call),
  }
}

/** `READ_FROM` has every method of the store; the contract test checks that each returns the declared type. */
function storeOver<S extends StoreName>(store: S, call: StoreCall): Stores[S] {
  const methods = Object.entries<ReadFrom>(READ_FROM[store]).map(([method, from]) => [
    method,
    (...args: readonly unknown[]) => call(store, method, args, from),
  ])
  return Object.fromEntries(methods) as Stores[S]
}

/** A call without the choice of a server. */
export type CallByName = (store: StoreName, method: string, args: readonly unknown[]) => Promise<unknown>

/** Carries out a call on the stores of a catalog. */
export async function callByName(
  stores: Stores,
  ...[store, method, args]: Parameters<CallByName>
): Promise<unknown> {
  const run: unknown = Reflect.get(stores[store], method)
  if (typeof run !== 'function') throw new TypeError(`The catalog has no method ${store}.${method}.`)
  return Reflect.apply(run, stores[store], args)
}
