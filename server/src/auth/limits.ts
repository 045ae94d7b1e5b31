import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { DomainError } from '../errors.ts'

/** How often codes may be asked for and tried; more is answered with 429 and when to come back. */
export interface AuthLimits {
  /** @throws {DomainError} `too_many_requests` */
  start(client: string, email: string): Promise<void>
  /** @throws {DomainError} `too_many_requests` */
  verify(client: string): Promise<void>
}

const WINDOW_S = 15 * 60
const STARTS_OF_ADDRESS = 5
const STARTS_OF_CLIENT = 30
const VERIFIES_OF_CLIENT = 60

export function createAuthLimits(): AuthLimits {
  const limiter = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_S })
  const ofAddress = limiter(STARTS_OF_ADDRESS)
  const ofClient = limiter(STARTS_OF_CLIENT)
  const verifies = limiter(VERIFIES_OF_CLIENT)
  return {
    async start(client, email) {
      await take(ofClient, client)
      // The same for addresses that nobody has: that one is limited tells nothing.
      await take(ofAddress, email)
    },
    verify: (client) => take(verifies, client),
  }
}

async function take(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key)
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
