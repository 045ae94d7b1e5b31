import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { DomainError } from '../errors.ts'

/** The content of a query; with `auto` the search distinguishes drawings from pictures. */
export type QueryKind = 'sketch' | 'image' | 'auto'

/** A picture or a drawing used for a search. It is kept for a while under an id, so that the search has an address. */
export interface SavedQuery {
  id: string
  kind: QueryKind
  /** The strokes of a drawing, in the format of the page. */
  sketch: unknown
}

export interface SavedQueries {
  keep(bytes: Uint8Array, kind: QueryKind, sketch: unknown): Promise<SavedQuery>
  /** Stores a query of another database under its own id. It stays until it is unpinned. */
  copy(query: SavedQuery, bytes: Uint8Array): Promise<void>
  /** @throws {DomainError} `query_not_found` if it never existed or has expired */
  get(id: string): Promise<SavedQuery>
  /** Returns the bytes of its picture. @throws {DomainError} `query_not_found` */
  bytes(id: string): Promise<Buffer>
  /** Keeps a query until it is unpinned. @throws {DomainError} `query_not_found` */
  pin(id: string): Promise<void>
  /** From now on, the query expires like a new one. An unknown id is no error. */
  unpin(id: string): Promise<void>
  /** Deletes expired queries. */
  removeExpired(): Promise<void>
}

/** Letters and digits only, for addresses and file names. */
export const SAVED_QUERY_ID = /^[0-9a-f]{24}$/
export const newSavedQueryId = () => randomBytes(12).toString('hex')

export const RETENTION_DAYS = 7
/** Beyond these limits the oldest are deleted eventually. Pinned queries do not count. */
export const RETENTION = { queries: 5_000, bytes: 1024 ** 3 }
/** Expired queries are removed after this number of additions, and at intervals. */
export const REMOVE_EXPIRED_EVERY = 100

/** The time at which a pinned query was kept: later than all others. File systems store their latest time instead. */
export const PINNED_AT = new Date('9999-01-01T00:00:00Z')

const referringSearch = z.object({ parts: z.array(z.object({ query_id: z.string().optional() })).optional() })

/** The ids of the queries that a search refers to. */
export function queryIdsIn(search: unknown): string[] {
  const { parts = [] } = referringSearch.parse(search)
  return parts.flatMap(({ query_id: id }) => (id === undefined ? [] : [id]))
}

/** Lets the queries of removed searches expire, unless one of the remaining searches refers to them. */
export async function releaseQueries(
  queries: Pick<SavedQueries, 'unpin'>,
  removed: readonly unknown[],
  remaining: readonly unknown[],
): Promise<void> {
  const needed = new Set(remaining.flatMap(queryIdsIn))
  for (const id of new Set(removed.flatMap(queryIdsIn))) if (!needed.has(id)) await queries.unpin(id)
}

/**
 * Deletes expired queries, but none that a saved search refers to. A pin may have been lost: files are pinned by their times, which not
 * every copy of a data directory has.
 */
export async function removeExpiredQueries(
  queries: SavedQueries,
  searches: () => Promise<unknown[]>,
): Promise<void> {
  const saved = await searches()
  for (const id of new Set(saved.flatMap(queryIdsIn)))
    await queries.pin(id).catch((error) => {
      if (!(error instanceof DomainError && error.code === 'query_not_found')) throw error
    })
  // A search may have been deleted, and its queries released, before they were pinned again.
  await releaseQueries(queries, saved, await searches())
  await queries.removeExpired()
}

export function savedQueryNotFound(): DomainError {
  return new DomainError(
    'query_not_found',
    'This search is no longer stored: draw or upload the picture again.',
  )
}
