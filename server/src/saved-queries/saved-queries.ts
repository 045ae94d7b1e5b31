import { randomBytes } from 'node:crypto'
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
  /** @throws {DomainError} `query_not_found` if it never existed or has expired */
  get(id: string): Promise<SavedQuery>
  /** Returns the bytes of its picture. @throws {DomainError} `query_not_found` */
  bytes(id: string): Promise<Buffer>
  /** Deletes expired queries. */
  removeExpired(): Promise<void>
}

/** Letters and digits only, for addresses and file names. */
export const SAVED_QUERY_ID = /^[0-9a-f]{24}$/
export const newSavedQueryId = () => randomBytes(12).toString('hex')

export const RETENTION_DAYS = 7
/** Beyond these limits the oldest are deleted eventually. */
export const RETENTION = { queries: 5_000, bytes: 1024 ** 3 }
/** Expired queries are removed after this number of additions, and at intervals. */
export const REMOVE_EXPIRED_EVERY = 100

export function savedQueryNotFound(): DomainError {
  return new DomainError(
    'query_not_found',
    'This search is no longer kept: draw or give the picture once more.',
  )
}
