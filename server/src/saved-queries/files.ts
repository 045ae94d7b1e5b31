import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCodeOf } from '../errors.ts'
import { orRemoved } from '../gallery/or-removed.ts'
import {
  newSavedQueryId,
  PINNED_AT,
  REMOVE_EXPIRED_EVERY,
  RETENTION,
  RETENTION_DAYS,
  SAVED_QUERY_ID,
  type SavedQueries,
  type SavedQuery,
  savedQueryNotFound,
} from './saved-queries.ts'

const RETENTION_MS = RETENTION_DAYS * 24 * 3600 * 1000
/** A file whose time lies further in the future than this is pinned. No clock is that fast. */
const PINNED_AHEAD_MS = 365 * 24 * 3600 * 1000
const REMOVE_EXPIRED_EVERY_BYTES = 64 * 1024 ** 2

/** Stores each query in two files: the picture and its metadata. */
export function openSavedQueryFiles(directory: string, limits = RETENTION): SavedQueries {
  let since = { queries: 0, bytes: 0 }
  const fileOf = (id: string, ending: 'picture' | 'json') => join(directory, `${id}.${ending}`)
  return {
    async keep(bytes, kind, sketch) {
      const query: SavedQuery = { id: newSavedQueryId(), kind, sketch }
      await store(query, bytes)
      since = { queries: since.queries + 1, bytes: since.bytes + bytes.length }
      if (since.queries > REMOVE_EXPIRED_EVERY || since.bytes > REMOVE_EXPIRED_EVERY_BYTES) {
        since = { queries: 0, bytes: 0 }
        await removeExpired()
      }
      return query
    },
    async get(id) {
      return JSON.parse((await read(id, 'json')).toString('utf8'))
    },
    bytes: (id) => read(id, 'picture'),
    async copy(query, bytes) {
      await store(query, bytes)
      await setTime(query.id, PINNED_AT)
    },
    async pin(id) {
      await read(id, 'json')
      await setTime(id, PINNED_AT)
    },
    async unpin(id) {
      await setTime(id, new Date()).catch((error) => {
        if (systemCodeOf(error) !== 'ENOENT') throw error
      })
    },
    removeExpired,
  }

  async function store(query: SavedQuery, bytes: Uint8Array): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const [picture, json] = [fileOf(query.id, 'picture'), fileOf(query.id, 'json')]
    const temporary = `${json}.tmp`
    await orRemoved([picture, temporary], write())

    /** The metadata is written last and atomically, so that a query exists completely or not at all. */
    async function write(): Promise<void> {
      await writeFile(picture, bytes)
      await writeFile(temporary, JSON.stringify(query))
      await rename(temporary, json)
    }
  }

  async function setTime(id: string, time: Date): Promise<void> {
    for (const ending of ['picture', 'json'] as const) await utimes(fileOf(id, ending), time, time)
  }

  function removeExpired(): Promise<void> {
    return removeOld(directory, limits)
  }

  async function read(id: string, ending: 'picture' | 'json'): Promise<Buffer> {
    try {
      if (SAVED_QUERY_ID.test(id)) return await readFile(fileOf(id, ending))
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error
    }
    throw savedQueryNotFound()
  }
}

/** Returns no names if the folder does not exist yet. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Deletes queries that are too old or too many, each with both files. */
async function removeOld(directory: string, limits: typeof RETENTION): Promise<void> {
  const files = await Promise.all(
    (await namesIn(directory)).map(async (name) => {
      const info = await stat(join(directory, name)).catch(() => undefined)
      return {
        name,
        id: name.slice(0, name.indexOf('.')),
        time: info?.mtimeMs ?? 0,
        bytes: info?.size ?? 0,
      }
    }),
  )
  const queries = [...Map.groupBy(files, ({ id }) => id).values()].map((files) => ({
    names: files.map(({ name }) => name),
    time: Math.max(...files.map(({ time }) => time)),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  }))
  const oldest = Date.now() - RETENTION_MS
  const unpinned = queries.filter(({ time }) => time < Date.now() + PINNED_AHEAD_MS)
  let count = 0
  let total = 0
  for (const { names, time, bytes } of unpinned.sort((a, b) => b.time - a.time)) {
    count++
    total += bytes
    if (time >= oldest && count <= limits.queries && total <= limits.bytes) continue
    for (const name of names) await rm(join(directory, name), { force: true })
  }
}
