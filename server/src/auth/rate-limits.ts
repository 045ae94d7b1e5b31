import { createHash } from 'node:crypto'
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from 'rate-limiter-flexible'
import type { LimitsStore } from '../accounts/accounts.ts'
import { clientKey } from '../addresses.ts'
import { DomainError } from '../errors.ts'

/** Limits how often codes are requested and tried. Further requests get 429 and the time to wait. */
export interface AuthLimits {
  /**
   * @param isKnown whether the address is one of the last that signed in with this browser: requests of other clients do not use up its
   * limits
   * @throws {DomainError} `too_many_requests`
   */
  start(client: string, email: string, isKnown: boolean): Promise<void>
  /** @throws {DomainError} `too_many_requests` */
  verify(client: string): Promise<void>
}

const WINDOW_S = 15 * 60
const MAX_REQUESTS = {
  /** Codes for one address and one client. */
  pair: 5,
  /** Codes for one address, from all clients. */
  address: 15,
  /** Codes for one client, for all addresses. */
  client: 30,
  /**
   * Codes in all, so that many clients do not fill the database with challenges. The limits of a client come first: it must not use
   * these up.
   */
  all: 3_000,
  /** Guesses of one client. */
  verifies: 60,
}

/**
 * Counts every address, with and without a user, so that a limit reveals nothing.
 * @param store counts for all servers; without it, this process counts in memory
 */
export function createAuthLimits(store?: LimitsStore): AuthLimits {
  const limiter = (keyPrefix: keyof typeof MAX_REQUESTS): RateLimiterAbstract => {
    const memoryLimiter = new RateLimiterMemory({
      keyPrefix,
      points: MAX_REQUESTS[keyPrefix],
      duration: WINDOW_S,
    })
    if (store === undefined) return memoryLimiter
    return new RateLimiterPostgres({
      storeClient: store.pool,
      tableName: store.table,
      tableCreated: true,
      keyPrefix,
      points: MAX_REQUESTS[keyPrefix],
      duration: WINDOW_S,
      insuranceLimiter: memoryLimiter,
    })
  }
  const pairLimiter = limiter('pair')
  const addressLimiter = limiter('address')
  const clientLimiter = limiter('client')
  const totalLimiter = limiter('all')
  const verifyLimiter = limiter('verifies')
  return {
    async start(client, email, isKnown) {
      await consume(clientLimiter, clientKey(client), REQUESTS)
      await consume(pairLimiter, `${clientKey(client)} ${email}`, REQUESTS)
      if (isKnown) return
      await consume(totalLimiter, '', REQUESTS)
      await consume(addressLimiter, email, REQUESTS)
    },
    verify: (client) => consume(verifyLimiter, clientKey(client), 'Too many attempts'),
  }
}

const REQUESTS = 'Too many codes were requested'

/** @param excess begins the reason for a refusal */
async function consume(limiter: RateLimiterAbstract, key: string, excess: string): Promise<void> {
  try {
    // Hashed: keys have any length, and no address is stored.
    await limiter.consume(createHash('sha256').update(key).digest('base64url'))
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    const retryAfterS = Math.ceil(refused.msBeforeNext / 1000)
    const minutes = Math.max(1, Math.round(retryAfterS / 60))
    throw new DomainError(
      'too_many_requests',
      `${excess}: try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
      { retryAfterS },
    )
  }
}
