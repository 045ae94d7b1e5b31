import { createHash } from 'node:crypto'
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from 'rate-limiter-flexible'
import type { LimitsStore } from '../accounts/accounts.ts'
import { DomainError } from '../errors.ts'

/** How often codes may be asked for and tried; more is answered with 429 and when to come back. */
export interface AuthLimits {
  /**
   * @param isKnown whether somebody has signed in with this address in this browser before: others can't keep it from asking
   * @throws {DomainError} `too_many_requests`
   */
  start(client: string, email: string, isKnown: boolean): Promise<void>
  /** @throws {DomainError} `too_many_requests` */
  verify(client: string): Promise<void>
}

const WINDOW_S = 15 * 60
const MAX_REQUESTS = {
  /** Codes for one address, for one client, and both together. */
  pair: 5,
  address: 15,
  client: 30,
  /** Codes for all, so that many clients fill neither memory nor disk. */
  all: 3_000,
  verifies: 60,
}

/**
 * The same for addresses that nobody has: that one is limited tells nothing.
 * @param store where servers count together; without it this process counts by itself
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
  const ofPair = limiter('pair')
  const ofAddress = limiter('address')
  const ofClient = limiter('client')
  const ofAll = limiter('all')
  const verifies = limiter('verifies')
  return {
    async start(client, email, isKnown) {
      await take(ofClient, rateLimitKey(client))
      await take(ofPair, `${rateLimitKey(client)} ${email}`)
      if (isKnown) return
      await take(ofAll, '')
      await take(ofAddress, email)
    },
    verify: (client) => take(verifies, rateLimitKey(client)),
  }
}

/** Whoever has one IPv6 address has all of its network of 64 bits. */
function rateLimitKey(client: string): string {
  if (!client.includes(':')) return client
  const [head = '', tail = ''] = client.replace(/%.*/, '').split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const missing = Math.max(0, 8 - groups(head).length - groups(tail).length)
  const all = [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)]
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

async function take(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    // Of any length, and none of anybody's address is kept.
    await limiter.consume(createHash('sha256').update(key).digest('base64url'))
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    const retryAfterS = Math.ceil(refused.msBeforeNext / 1000)
    const minutes = Math.max(1, Math.round(retryAfterS / 60))
    throw new DomainError(
      'too_many_requests',
      `Too many tries: come back in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
      { retryAfterS },
    )
  }
}
