import { existsSync } from 'node:fs'
import { cp, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { copyUsers, type UsersCopy } from '../accounts/transfer.ts'
import type { VectorSpace } from '../catalog/catalog.ts'
import { type CopyProgress, type CopyResult, copyCatalog } from '../catalog/transfer.ts'
import type { Config } from '../config/schema.ts'
import { lockDirectory } from '../database/directory-lock.ts'
import { DomainError } from '../errors.ts'
import type { Log } from '../log.ts'
import { queryIdsIn } from '../saved-queries/saved-queries.ts'
import {
  lockLeadership,
  openAccounts,
  openSavedQueries,
  openStorage,
  openTables,
} from '../storage/open-storage.ts'

export type { CopyProgress } from '../catalog/transfer.ts'

export interface MoveResult extends CopyResult {
  users: number
}

export interface MoveOptions {
  onProgress: (progress: CopyProgress) => void
  log: Log
}

/**
 * Copies the data of a gallery, and its users, from the database of one configuration to that of another. The source may be in
 * use, the target may not.
 * @throws {DomainError} if both are the same, or a process uses the target
 */
export async function moveCatalog(
  source: Config,
  target: Config,
  { onProgress, log }: MoveOptions,
): Promise<MoveResult> {
  if (databaseKey(source) === databaseKey(target))
    throw new DomainError('config_invalid', `--from and --to both name ${describe(target)}.`)
  if (source.database === undefined && !existsSync(join(source.data_directory, 'catalog.sqlite')))
    throw new DomainError('config_invalid', `--from names ${describe(source)}, which has no catalog.`)
  const release = await claim(target)
  try {
    // First, because collections and stars are copied to the ids that their owners have in the target.
    const { copied: users, targetIds } = await moveUsers(source, target, log)
    if (targetIds.size > 0)
      log.info(
        `Users that ${describe(target)} already has under another id: ${targetIds.size}. They also get their collections, stars and API keys from the source.`,
      )
    const from = await openTables(source.database, source.data_directory, log)
    const to = await openTables(target.database, target.data_directory, log).catch(async (error) => {
      await from.close()
      throw error
    })
    const result = await copyCatalog({ from, to, ownerIds: targetIds, onProgress }).finally(async () => {
      await from.close()
      await to.close()
    })
    await moveSavedQueries(source, target, log)
    await copyTrashedFiles(source, target)
    await makeReady(target, result.chosen, log)
    return { ...result, users }
  } finally {
    await release()
  }
}

/** Locks the directory, so that no other process writes to it. @returns a function that releases the lock */
async function claim(target: Config): Promise<() => Promise<void>> {
  if (target.database !== undefined) return lockLeadership(target.database)
  const lock = lockDirectory(target.data_directory)
  return async () => lock.release()
}

async function moveUsers(source: Config, target: Config, log: MoveOptions['log']): Promise<UsersCopy> {
  if (source.database === undefined && !existsSync(join(source.data_directory, 'accounts.sqlite')))
    return { copied: 0, targetIds: new Map() }
  const from = await openAccounts({ database: source.database, directory: source.data_directory, log })
  const to = await openAccounts({ database: target.database, directory: target.data_directory, log })
  try {
    return await copyUsers(from.database, to.database)
  } finally {
    await from.close()
    await to.close()
  }
}

/** Copies the pictures of saved searches that collections consist of. */
async function moveSavedQueries(source: Config, target: Config, log: MoveOptions['log']): Promise<void> {
  const tables = await openTables(source.database, source.data_directory, log)
  const rows = await tables.database
    .selectFrom('collections')
    .select('search')
    .where('search', 'is not', null)
    .execute()
    .finally(() => tables.close())
  const ids = new Set(rows.flatMap(({ search }) => queryIdsIn(JSON.parse(search!))))
  if (ids.size === 0) return
  const from = await openSavedQueries({ database: source.database, directory: source.data_directory, log })
  const to = await openSavedQueries({ database: target.database, directory: target.data_directory, log })
  try {
    for (const id of ids) {
      try {
        await to.copy(await from.get(id), await from.bytes(id))
      } catch (error) {
        if (!(error instanceof DomainError && error.code === 'query_not_found')) throw error
        log.warn(`The picture ${id} of a saved search is missing, and is not copied.`)
      }
    }
  } finally {
    await from.close()
    await to.close()
  }
}

/** Copies deleted files that the gallery had no place for. A file never changes, so only an interrupted copy has another size. */
async function copyTrashedFiles(source: Config, target: Config): Promise<void> {
  const [from, to] = [source, target].map((config) => join(config.data_directory, 'trash'))
  if (from === to || !existsSync(from!)) return
  await cp(from!, to!, {
    recursive: true,
    preserveTimestamps: true,
    filter: async (original, copy) => {
      const [{ size }, copied] = [await stat(original), await stat(copy).catch(() => undefined)]
      return copied?.isFile() !== true || copied.size !== size
    },
  })
}

/** Chooses an embedder, for which a vector index is then built where there are many vectors. */
async function makeReady(
  target: Config,
  chosen: VectorSpace | undefined,
  log: MoveOptions['log'],
): Promise<void> {
  if (target.database === undefined || chosen === undefined) return
  const storage = await openStorage({
    database: target.database,
    directory: target.data_directory,
    canWrite: true,
    log,
  })
  try {
    await storage.catalog.spaces.activate(chosen)
  } finally {
    await storage.close()
  }
}

function databaseKey({ database, data_directory: directory }: Config): string {
  if (database === undefined) return directory
  const { url, host, port, database: name } = database
  const parsed = URL.parse(url ?? `postgresql://${host}:${port}/${encodeURIComponent(name ?? '')}`)
  return `${parsed?.hostname}:${parsed?.port || port}${parsed?.pathname}`
}

function describe(config: Config): string {
  return config.database === undefined
    ? `the embedded database in ${config.data_directory}`
    : `the database ${databaseKey(config)}`
}
