import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DomainError, systemCodeOf } from '../errors.ts'
import type { QueryKind } from './prepare-query.ts'

/** A picture or a drawing that somebody searches with, kept for a while under an id, so that a search has an address. */
export interface KeptQuery {
  id: string
  kind: QueryKind
  /** The strokes of a drawing, as the page that drew it wrote them. */
  sketch: unknown
}

export interface KeptQueries {
  keep(bytes: Uint8Array, kind: QueryKind, sketch: unknown): Promise<KeptQuery>
  /** @throws {DomainError} `query_not_found` if it was never kept or is no longer */
  get(id: string): Promise<KeptQuery>
  /** The bytes of its picture. @throws {DomainError} `query_not_found` */
  bytes(id: string): Promise<Buffer>
}

/** Of letters and digits, so that it can stand in an address and in the name of a file. */
export const KEPT_ID = /^[0-9a-f]{24}$/

const KEPT_FOR_MS = 7 * 24 * 3600 * 1000
/** The oldest go first when they are too many. */
const MOST_KEPT = 5_000
const TIDY_EVERY = 100

/** Keeps them as two files each in a folder of its own: the picture, and what is known of it. */
export function openKeptQueries(directory: string): KeptQueries {
  let kept = 0
  const fileOf = (id: string, ending: 'picture' | 'json') => join(directory, `${id}.${ending}`)
  return {
    async keep(bytes, kind, sketch) {
      const query: KeptQuery = { id: randomBytes(12).toString('hex'), kind, sketch }
      await mkdir(directory, { recursive: true })
      await writeFile(fileOf(query.id, 'picture'), bytes)
      // What is known of it appears last and at once: a query is kept whole or not at all.
      const temporary = `${fileOf(query.id, 'json')}.tmp`
      await writeFile(temporary, JSON.stringify(query))
      await rename(temporary, fileOf(query.id, 'json'))
      if (kept++ % TIDY_EVERY === 0) await tidy(directory)
      return query
    },
    async get(id) {
      return JSON.parse((await read(id, 'json')).toString('utf8'))
    },
    bytes: (id) => read(id, 'picture'),
  }

  async function read(id: string, ending: 'picture' | 'json'): Promise<Buffer> {
    try {
      if (KEPT_ID.test(id)) return await readFile(fileOf(id, ending))
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error
    }
    throw new DomainError(
      'query_not_found',
      'This search is no longer kept: draw or give the picture once more.',
    )
  }
}

async function tidy(directory: string): Promise<void> {
  const files = await Promise.all(
    (await readdir(directory)).map(async (name) => {
      const facts = await stat(join(directory, name)).catch(() => undefined)
      return { name, time: facts?.mtimeMs ?? 0 }
    }),
  )
  const newestFirst = files.sort((a, b) => b.time - a.time)
  const oldest = Date.now() - KEPT_FOR_MS
  const gone = newestFirst.filter(({ time }, n) => time < oldest || n >= 2 * MOST_KEPT)
  for (const { name } of gone) await rm(join(directory, name), { force: true })
}
