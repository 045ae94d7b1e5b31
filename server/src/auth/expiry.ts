import type { AccountsDatabase } from '../accounts/accounts.ts'
import { messageOf } from '../errors.ts'

const INTERVAL_MS = 60_000
/** Rows of one table that are deleted at a time: requests to the database wait that long. */
const MAX_ROWS = 5_000

/** Time for which an expired challenge is kept, so that a late code is called expired and not unknown. */
export const EXPIRED_CHALLENGE_KEPT_S = 3600

/**
 * Regularly deletes expired sessions and challenges.
 * @returns a function that stops it
 */
export function removeExpired(database: AccountsDatabase, log: { error(message: string): void }): () => void {
  const timer = setInterval(() => void remove(), INTERVAL_MS).unref()
  return () => clearInterval(timer)

  async function remove(): Promise<void> {
    const before = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
    try {
      for (const [table, keptS] of [
        ['sessions', 0],
        ['challenges', EXPIRED_CHALLENGE_KEPT_S],
      ] as const) {
        const expired = database
          .selectFrom(table)
          .select('id')
          .where('expires_at', '<', before(keptS))
          .limit(MAX_ROWS)
        await database.deleteFrom(table).where('id', 'in', expired).execute()
      }
    } catch (error) {
      log.error(`Sessions that have ended could not be removed: ${messageOf(error)}`)
    }
  }
}
