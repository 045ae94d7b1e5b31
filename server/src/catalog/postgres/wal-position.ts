import { type Kysely, sql } from 'kysely'

/** Log sequence numbers (LSN) are written as two hexadecimal numbers. */
const POSITION = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i

/** @returns undefined if it is no position in the write-ahead log */
export function parsePosition(text: string | undefined): bigint | undefined {
  const parts = POSITION.exec(text ?? '')
  if (parts === null) return undefined
  return (BigInt(`0x${parts[1]}`) << 32n) | BigInt(`0x${parts[2]}`)
}

export function formatPosition(position: bigint): string {
  return `${(position >> 32n).toString(16)}/${(position & 0xffffffffn).toString(16)}`.toUpperCase()
}

/** Returns the end of the write-ahead log of a primary. */
export async function writtenPosition<T>(database: Kysely<T>): Promise<bigint> {
  const { rows } = await sql<{ position: string }>`select pg_current_wal_lsn()::text as position`.execute(
    database,
  )
  return parsePosition(rows[0]!.position)!
}

/** Returns the position up to which a standby has applied the log. @returns undefined if it is no standby */
export async function replayedPosition<T>(database: Kysely<T>): Promise<bigint | undefined> {
  const { rows } = await sql<{ position: string | null }>`
        select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() end::text as position`.execute(
    database,
  )
  return parsePosition(rows[0]!.position ?? undefined)
}
