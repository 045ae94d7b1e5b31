import { randomUUID } from 'node:crypto'
import type { AccountsDatabase } from '../../../accounts/accounts.ts'
import { isSealOf, seal } from '../../session-key.ts'

/** One request for a code. The browser keeps it in a cookie, and the code is valid in that browser only. */
export interface Challenge {
  id: string
  /** Lower case. */
  email: string
}

/** The table `challenges`, with one row for each code that is issued and not used. Codes and identifiers are sealed. */
export interface ChallengeStore {
  add(challenge: Challenge, code: string): Promise<void>
  /** `open`: it exists, has not expired and can still be guessed. Expired challenges are unknown some time later. */
  stateOf(challenge: Challenge): Promise<'open' | 'expired' | 'guessed too often' | 'unknown'>
  /**
   * Counts a guess. One statement compares the count and increases it, so that concurrent guesses, also on other servers, are counted
   * one by one.
   * @returns the row; undefined if no guess is left
   */
  countGuess(challenge: Challenge): Promise<ChallengeRow | undefined>
  isRight(row: ChallengeRow, challenge: Challenge, code: string): boolean
  /** @returns false if the row has been removed before */
  remove(row: ChallengeRow): Promise<boolean>
}

interface ChallengeRow {
  id: string
  /** Seal of the code, colon, number of guesses. */
  value: string
}

export interface ChallengeStoreOptions {
  database: AccountsDatabase
  key: string
  expiresInS: number
  maxAttempts: number
}

/** Place of the number of guesses in `value`, from 1: after the seal, which has 43 characters, and a colon. */
const COUNT_POSITION = 45

export function createChallengeStore(options: ChallengeStoreOptions): ChallengeStore {
  const { database, key, expiresInS, maxAttempts } = options
  // Text of version 0.1: its challenges stay valid, and servers of both versions can share a database.
  const identifierOf = ({ id, email }: Challenge) => seal(key, `${id} sign-in-otp-${email}`)
  const codeText = ({ id }: Challenge, code: string) => `${id} ${code}`

  return {
    async add(challenge, code) {
      const now = Date.now()
      await database
        .insertInto('challenges')
        .values({
          id: randomUUID(),
          identifier: identifierOf(challenge),
          value: `${seal(key, codeText(challenge, code))}:0`,
          expires_at: new Date(now + expiresInS * 1000).toISOString(),
          created_at: new Date(now).toISOString(),
          updated_at: new Date(now).toISOString(),
        })
        .execute()
    },

    async stateOf(challenge) {
      const row = await database
        .selectFrom('challenges')
        .select(['value', 'expires_at'])
        .where('identifier', '=', identifierOf(challenge))
        .executeTakeFirst()
      if (row === undefined) return 'unknown'
      if (Date.parse(row.expires_at) <= Date.now()) return 'expired'
      return Number(row.value.slice(COUNT_POSITION - 1)) < maxAttempts ? 'open' : 'guessed too often'
    },

    countGuess(challenge) {
      const now = new Date().toISOString()
      return database
        .updateTable('challenges')
        .set((eb) => {
          const count = eb.cast<number>(eb.fn('substr', ['value', eb.lit(COUNT_POSITION)]), 'integer')
          const prefix = eb.fn<string>('substr', ['value', eb.lit(1), eb.lit(COUNT_POSITION - 1)])
          const increased = eb.cast<string>(eb(count, '+', eb.lit(1)), 'text')
          return { value: eb(prefix, '||', increased), updated_at: now }
        })
        .where('identifier', '=', identifierOf(challenge))
        .where('expires_at', '>', now)
        .where(
          (eb) => eb.cast<number>(eb.fn('substr', ['value', eb.lit(COUNT_POSITION)]), 'integer'),
          '<',
          maxAttempts,
        )
        .returning(['id', 'value'])
        .executeTakeFirst()
    },

    isRight: ({ value }, challenge, code) =>
      isSealOf(value.slice(0, COUNT_POSITION - 2), key, codeText(challenge, code)),

    async remove({ id }) {
      const { numDeletedRows } = await database
        .deleteFrom('challenges')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },
  }
}
