import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCodeOf } from '../errors.ts'
import {
  KEPT_FOR_DAYS,
  KEPT_ID,
  type KeptQueries,
  type KeptQuery,
  MOST_KEPT,
  newKeptId,
  queryNotKept,
  TIDY_EVERY,
} from './saved-queries.ts'

const KEPT_FOR_MS = KEPT_FOR_DAYS * 24 * 3600 * 1000
const TIDY_EVERY_BYTES = 64 * 1024 ** 2

/** Keeps them as two files each in a folder of its own: the picture, and what is known of it. */
export function openKeptQueries(directory: string, most = MOST_KEPT): KeptQueries {
  let since = { queries: TIDY_EVERY, bytes: 0 }
  const fileOf = (id: string, ending: 'picture' | 'json') => join(directory, `${id}.${ending}`)
  return {
    async keep(bytes, kind, sketch) {
      const query: KeptQuery = { id: newKeptId(), kind, sketch }
      await mkdir(directory, { recursive: true })
      await writeFile(fileOf(query.id, 'picture'), bytes)
      // What is known of it appears last and at once: a query is kept whole or not at all.
      const temporary = `${fileOf(query.id, 'json')}.tmp`
      await writeFile(temporary, JSON.stringify(query))
      await rename(temporary, fileOf(query.id, 'json'))
      since = { queries: since.queries + 1, bytes: since.bytes + bytes.length }
      if (since.queries > TIDY_EVERY || since.bytes > TIDY_EVERY_BYTES) {
        since = { queries: 0, bytes: 0 }
        await tidy()
      }
      return query
    },
    async get(id) {
      return JSON.parse((await read(id, 'json')).toString('utf8'))
    },
    bytes: (id) => read(id, 'picture'),
    tidy,
  }

  function tidy(): Promise<void> {
    return removeOld(directory, most)
  }

  async function read(id: string, ending: 'picture' | 'json'): Promise<Buffer> {
    try {
      if (KEPT_ID.test(id)) return await readFile(fileOf(id, ending))
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error
    }
    throw queryNotKept()
  }
}

/** None where nothing has been kept yet. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Forgets what is too old or too much; a query's two files go together. */
async function removeOld(directory: string, most: typeof MOST_KEPT): Promise<void> {
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
  const oldest = Date.now() - KEPT_FOR_MS
  let count = 0
  let total = 0
  for (const { names, time, bytes } of queries.sort((a, b) => b.time - a.time)) {
    count++
    total += bytes
    if (time >= oldest && count <= most.queries && total <= most.bytes) continue
    for (const name of names) await rm(join(directory, name), { force: true })
  }
}
