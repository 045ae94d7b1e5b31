import { sql } from 'kysely'
import { DomainError, messageOf } from '../../errors.ts'
import type { PostgresOptions } from './connection.ts'
import { connect } from './database.ts'

/** A user of the reference implementation. Anything may be in `email`, in any case. */
export interface ReferenceUser {
  id: string
  email: string
  role: 'user' | 'editor' | 'admin'
}

/** An image as the reference implementation stores it. */
export interface ReferenceImage {
  id: string
  /** Relative to the gallery, or absolute if the file was uploaded. */
  path: string
  /** Microseconds since 1970. */
  modifiedAt: bigint
  /** Name of the embedder in its registry. */
  embedder: string
  vector: Float32Array
}

/** The tables of the reference implementation, which are only read. */
export interface ReferenceDatabase {
  /** @throws {DomainError} `unavailable` if there is no connection; `invalid_request` if the database has none of its tables */
  assertUsable(): Promise<void>
  users(): Promise<ReferenceUser[]>
  countImages(): Promise<number>
  /** Names of the embedders that it has vectors of. */
  embedders(): Promise<string[]>
  /** @param after path of the last image of the previous page */
  images(after: string, limit: number): Promise<ReferenceImage[]>
  close(): Promise<void>
}

const USERS = 'public."user"'
const IMAGES = 'public.indexedimage'

export function openReference(options: PostgresOptions): ReferenceDatabase {
  const { database, close } = connect(options, 1)
  const hasTable = async (name: string) => {
    const { rows } = await sql<{ oid: string | null }>`select to_regclass(${name})::text as oid`.execute(
      database,
    )
    return rows[0]!.oid !== null
  }
  const hasType = async (name: string) => {
    const { rows } = await sql<{ oid: string | null }>`select to_regtype(${name})::text as oid`.execute(
      database,
    )
    return rows[0]!.oid !== null
  }
  return {
    close,

    async assertUsable() {
      const hasTables = await Promise.all([hasTable(USERS), hasTable(IMAGES)]).catch((error) => {
        throw new DomainError(
          'unavailable',
          `The database of the reference implementation can't be used: ${messageOf(error)}.`,
          { cause: error },
        )
      })
      if (!hasTables.includes(true))
        throw new DomainError(
          'invalid_request',
          'This database has no tables of the reference implementation. Give the address of another with --from.',
        )
    },

    async users() {
      if (!(await hasTable(USERS)) || !(await hasType('public.userrole'))) return []
      const { rows } = await sql<ReferenceUser>`
        select id::text, email, lower(role::text) as role from public."user" order by email`.execute(database)
      return rows
    },

    async countImages() {
      if (!(await hasTable(IMAGES))) return 0
      const { rows } = await sql<{
        count: number
      }>`select count(*) as count from public.indexedimage`.execute(database)
      return rows[0]!.count
    },

    async embedders() {
      if (!(await hasTable(IMAGES))) return []
      const { rows } = await sql<{ name: string }>`
        select distinct model_name as name from public.indexedimage where model_name is not null order by 1`.execute(
        database,
      )
      return rows.map(({ name }) => name)
    },

    async images(after, limit) {
      // A column without a time zone holds the local time of the session that wrote into it, which the cast assumes. Newer releases of
      // the library that makes the table give it a time zone.
      const { rows } = await sql<{
        id: string
        path: string
        modified: string
        embedder: string
        vector: string
      }>`
        select id::text, path, model_name as embedder, embedding::text as vector,
          (extract(epoch from modified_at::timestamptz) * 1000000)::bigint::text as modified
        from public.indexedimage where path > ${after} order by path limit ${limit}`.execute(database)
      return rows.map(({ modified, vector, ...image }) => ({
        ...image,
        modifiedAt: BigInt(modified),
        vector: Float32Array.from(JSON.parse(vector)),
      }))
    },
  }
}
