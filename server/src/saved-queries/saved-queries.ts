import { randomBytes } from 'node:crypto'
import { DomainError } from '../errors.ts'

/** What a query shows; `auto` tells a drawing from a picture by its looks. */
export type QueryKind = 'sketch' | 'image' | 'auto'

/** A picture or a drawing that somebody searches with, kept for a while under an id, so that a search has an address. */
export interface SavedQuery {
  id: string
  kind: QueryKind
  /** The strokes of a drawing, as the page that drew it wrote them. */
  sketch: unknown
}

export interface SavedQueries {
  keep(bytes: Uint8Array, kind: QueryKind, sketch: unknown): Promise<SavedQuery>
  /** @throws {DomainError} `query_not_found` if it was never kept or is no longer */
  get(id: string): Promise<SavedQuery>
  /** The bytes of its picture. @throws {DomainError} `query_not_found` */
  bytes(id: string): Promise<Buffer>
  /** Forgets those that have been kept for long enough. */
  removeExpired(): Promise<void>
}

/** Of letters and digits, so that it can stand in an address and in the name of a file. */
export const SAVED_QUERY_ID = /^[0-9a-f]{24}$/
export const newSavedQueryId = () => randomBytes(12).toString('hex')

export const RETENTION_DAYS = 7
/** The oldest go first when there are more, sooner or later. */
export const RETENTION = { queries: 5_000, bytes: 1024 ** 3 }
/** They are tidied after so many have come, and from time to time. */
export const REMOVE_EXPIRED_EVERY = 100

export function savedQueryNotFound(): DomainError {
  return new DomainError(
    'query_not_found',
    'This search is no longer kept: draw or give the picture once more.',
  )
}
