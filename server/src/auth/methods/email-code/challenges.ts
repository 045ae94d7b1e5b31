import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Accounts, User } from '../../../accounts/accounts.ts'
import { DomainError, messageOf } from '../../../errors.ts'
import { isSealOf, seal } from '../../session-key.ts'

/** One request for a code. The browser keeps it in a cookie, and the code is valid in that browser only. */
export interface Challenge {
  id: string
  /** Lower case. */
  email: string
}

export interface Challenges {
  /**
   * Requests a code for an address. All work is done later, so that neither the result nor its time reveals whether a user has the
   * address.
   */
  start(email: string): Challenge
  /**
   * Judges a guess. A code is valid once.
   * @throws {DomainError} `wrong_code`; `challenge_gone` if the challenge is used, expired, unknown or was guessed too often
   */
  verify(challenge: Challenge, code: string): Promise<User>
  /** Whether a code can still be entered. */
  isOpen(challenge: Challenge): Promise<boolean>
  close(): Promise<void>
}

export interface ChallengesOptions {
  accounts: Pick<Accounts, 'database' | 'users' | 'run'>
  /** Seals codes and identifiers. */
  key: string
  expiresInS: number
  /** Guesses that are judged for one challenge. */
  maxAttempts: number
  sendCode(email: string, code: string): void
  log: { error(message: string): void }
}

const ID_BYTES = 18
/** Place of the number of guesses in `challenges.value`, from 1: after the seal of the code, which has 43 characters, and a colon. */
const COUNT_POSITION = 45
const CODE_LENGTH = 8
/** Without letters and digits that look alike. */
const CODE_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
/** Delay before a code is issued: the response to the request has been sent by then. */
const ISSUE_DELAY_MS = 50
/** Minimum time before a challenge is checked, so that timing does not reveal whether the address exists. */
const READY_AFTER_MS = 350
/** Mails are sent after a random delay up to this, so that sending does not coincide with the response. */
const MAX_MAIL_DELAY_MS = 1000

export function createChallenges(options: ChallengesOptions): Challenges {
  const { accounts, key, expiresInS, maxAttempts, sendCode, log } = options
  const { database, users, run } = accounts
  /** By the id of the challenge: resolves when the code has been issued and the minimum time has passed. */
  const starting = new Map<string, Promise<unknown>>()
  /** Number of guesses in progress, by the id of the challenge. */
  const judging = new Map<string, number>()
  const waitingMails = new Set<Promise<void>>()
  const closing = new AbortController()

  return {
    start(email) {
      const challenge = { id: randomBytes(ID_BYTES).toString('base64url'), email: email.toLowerCase() }
      const issued = sleep(ISSUE_DELAY_MS)
        .then(() => issue(challenge))
        .catch((error) => log.error(`A code could not be issued: ${messageOf(error)}`))
      const ready = Promise.all([issued, sleep(READY_AFTER_MS)]).finally(() => starting.delete(challenge.id))
      starting.set(challenge.id, ready)
      return challenge
    },

    async verify(challenge, code) {
      await starting.get(challenge.id)
      const inProgress = judging.get(challenge.id) ?? 0
      // Those in progress use up all guesses: a flood of them does not reach the database.
      if (inProgress >= maxAttempts) throw challengeGone()
      judging.set(challenge.id, inProgress + 1)
      try {
        return await run(() => judge(challenge, code.replaceAll(/[\s-]/g, '').toUpperCase()))
      } finally {
        const remaining = judging.get(challenge.id)! - 1
        if (remaining > 0) judging.set(challenge.id, remaining)
        else judging.delete(challenge.id)
      }
    },

    async isOpen(challenge) {
      await starting.get(challenge.id)
      const value = await run(() => findValue(challenge))
      return value !== undefined && Number(value.slice(COUNT_POSITION - 1)) < maxAttempts
    },

    async close() {
      closing.abort()
      await Promise.all(starting.values())
      await Promise.all(waitingMails)
    },
  }

  /** Does the same work for every address, except for the mail, which is sent later. */
  async function issue(challenge: Challenge): Promise<void> {
    const code = randomCode()
    const now = Date.now()
    await database
      .insertInto('challenges')
      .values({
        id: randomUUID(),
        identifier: identifierOf(challenge),
        value: `${seal(key, `${challenge.id} ${code}`)}:0`,
        expires_at: new Date(now + expiresInS * 1000).toISOString(),
        created_at: new Date(now).toISOString(),
        updated_at: new Date(now).toISOString(),
      })
      .execute()
    const user = await users.getByEmail(challenge.email)
    if (user === undefined) return
    const mail = sendLater(user.email, code).finally(() => waitingMails.delete(mail))
    waitingMails.add(mail)
  }

  /** A mail that still waits when the server closes is sent at once. */
  async function sendLater(email: string, code: string): Promise<void> {
    await sleep(randomInt(MAX_MAIL_DELAY_MS), undefined, { signal: closing.signal }).catch(() => {})
    sendCode(email, code)
  }

  async function judge(challenge: Challenge, code: string): Promise<User> {
    const counted = await countGuess(challenge)
    if (counted === undefined) throw challengeGone()
    const [sealedCode = ''] = counted.value.split(':')
    if (!isSealOf(sealedCode, key, `${challenge.id} ${code}`)) throw wrongCode()
    const { numDeletedRows } = await database
      .deleteFrom('challenges')
      .where('id', '=', counted.id)
      .executeTakeFirstOrThrow()
    // Another request with the same code was faster.
    if (numDeletedRows !== 1n) throw challengeGone()
    const user = await users.getByEmail(challenge.email)
    if (user === undefined) throw wrongCode()
    return user
  }

  /**
   * Counts a guess before it is judged. One statement compares the count and increases it, so that concurrent guesses, also on other
   * servers, are counted one by one.
   * @returns undefined if no guess is left
   */
  function countGuess(challenge: Challenge): Promise<{ id: string; value: string } | undefined> {
    const now = new Date().toISOString()
    return database
      .updateTable('challenges')
      .set((eb) => {
        const attempts = eb.cast<number>(eb.fn('substr', ['value', eb.lit(COUNT_POSITION)]), 'integer')
        const prefix = eb.fn<string>('substr', ['value', eb.lit(1), eb.lit(COUNT_POSITION - 1)])
        return {
          value: eb(prefix, '||', eb.cast<string>(eb(attempts, '+', eb.lit(1)), 'text')),
          updated_at: now,
        }
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
  }

  /** @returns undefined if the challenge is unknown, used or expired */
  async function findValue(challenge: Challenge): Promise<string | undefined> {
    const row = await database
      .selectFrom('challenges')
      .select('value')
      .where('identifier', '=', identifierOf(challenge))
      .where('expires_at', '>', new Date().toISOString())
      .executeTakeFirst()
    return row?.value
  }

  /** The text is that of version 0.1: its challenges stay valid, and servers of both versions can share a database. */
  function identifierOf({ id, email }: Challenge): string {
    return seal(key, `${id} sign-in-otp-${email}`)
  }
}

function randomCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)]).join('')
}

function wrongCode(): DomainError {
  return new DomainError('wrong_code', 'The code is not right.')
}

function challengeGone(): DomainError {
  return new DomainError(
    'challenge_gone',
    'This code can no longer be used: it has expired, was used, or was tried too often. Ask for a new one.',
  )
}
