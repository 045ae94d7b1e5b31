import { randomBytes, randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Accounts, User } from '../../../accounts/accounts.ts'
import { DomainError, messageOf } from '../../../errors.ts'
import { type Challenge, createChallengeStore } from './challenge-store.ts'

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
  const store = createChallengeStore({ database, key, expiresInS, maxAttempts })
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
      if (inProgress >= maxAttempts) throw tooManyGuesses()
      judging.set(challenge.id, inProgress + 1)
      try {
        return await run(() => judge(challenge, code.replaceAll(/[\s-]/g, '').toUpperCase()))
      } finally {
        countDown(judging, challenge.id)
      }
    },

    async isOpen(challenge) {
      await starting.get(challenge.id)
      return run(async () => (await store.stateOf(challenge)) === 'open')
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
    await store.add(challenge, code)
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
    const row = await store.countGuess(challenge)
    if (row === undefined) throw await whyClosed(challenge)
    if (!store.isRight(row, challenge, code)) throw wrongCode()
    // Another request with the same code may have been faster.
    if (!(await store.remove(row))) throw gone('OTP code not found')
    const user = await users.getByEmail(challenge.email)
    if (user === undefined) throw wrongCode()
    return user
  }

  async function whyClosed(challenge: Challenge): Promise<DomainError> {
    const state = await store.stateOf(challenge)
    if (state === 'guessed too often') return tooManyGuesses()
    return gone(state === 'expired' ? 'OTP code expired' : 'OTP code not found')
  }
}

function countDown(counts: Map<string, number>, key: string): void {
  const remaining = counts.get(key)! - 1
  if (remaining > 0) counts.set(key, remaining)
  else counts.delete(key)
}

function randomCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)]).join('')
}

function wrongCode(): DomainError {
  return new DomainError('wrong_code', 'Invalid OTP code.')
}

function tooManyGuesses(): DomainError {
  return gone('Too many wrong codes were entered. Please start the OTP process again.')
}

function gone(sentence: string): DomainError {
  return new DomainError('challenge_gone', sentence)
}
