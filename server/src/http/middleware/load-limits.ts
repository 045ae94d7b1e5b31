import type { MiddlewareHandler } from 'hono'
import type { HttpEnv } from '../../contract/routes.ts'
import { DomainError } from '../../errors.ts'
import { SMALL_PATHS } from './body-limits.ts'

/** Requests of one kind, of which a limited number are accepted at a time. */
export interface LoadLimit {
  /** Method and path, separated by a space. The first limit that matches counts. */
  matches: RegExp
  max: number
  /** Seconds after which a rejected client may try again. */
  retryAfterS: number
  /** Whether a request counts from the moment when its body has arrived. Such bodies must be small, because any number may be awaited. */
  isBodyFree?: boolean
}

/**
 * Each bounds what waits for one resource: the embedder, the upload of a body, the reading of images, the database. Two CPU cores
 * answer some 70 searches per second, so that the last of 128 waits two seconds. A heat map embeds at least 21 parts of an image, as
 * many as that number of searches. A request counts until its response begins: `events.ts` limits the streams of events.
 */
export const LOAD_LIMITS: readonly LoadLimit[] = [
  { matches: /^POST \/api\/images\/(search|similarity-search)\b/, max: 128, retryAfterS: 2 },
  { matches: /^POST \/api\/images\/[^/]+\/match\b/, max: 16, retryAfterS: 5 },
  { matches: /^POST \/api\/(images|queries)\/?$/, max: 64, retryAfterS: 5 },
  { matches: /^(GET|HEAD) \/api\/images\/[^/]+\/./, max: 1_024, retryAfterS: 1 },
  // People who are not signed in may send bodies here: those that never end would take all places.
  { matches: SMALL_PATHS, max: 512, retryAfterS: 1, isBodyFree: true },
  { matches: /^/, max: 512, retryAfterS: 1 },
]

/**
 * Rejects requests beyond the limits at once with 503 and `Retry-After`. Otherwise every request of an overloaded server would wait
 * until its client gives up, and the work for it would be lost.
 */
export function limitLoad(limits: readonly LoadLimit[] = LOAD_LIMITS): MiddlewareHandler<HttpEnv> {
  const inProgress = limits.map(() => 0)
  return async (context, next) => {
    const request = `${context.req.method} ${context.req.path}`
    const n = limits.findIndex(({ matches }) => matches.test(request))
    const limit = limits[n]
    if (limit === undefined) return next()
    if (inProgress[n]! >= limit.max) throw tooMany(limit)
    inProgress[n]!++
    if (limit.isBodyFree)
      context.set('waitForBody', async (body) => {
        inProgress[n]!--
        const read = await body.finally(() => inProgress[n]!++)
        if (inProgress[n]! > limit.max) throw tooMany(limit)
        return read
      })
    try {
      await next()
    } finally {
      inProgress[n]!--
    }
  }
}

function tooMany({ retryAfterS }: LoadLimit): DomainError {
  const sentence = 'The server has too many requests to answer at the moment.'
  return new DomainError('unavailable', sentence, { retryAfterS })
}
