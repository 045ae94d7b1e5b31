import type { MiddlewareHandler } from 'hono'
import { DomainError } from '../../errors.ts'

/** Requests of one kind, of which a limited number are accepted at a time. */
export interface LoadLimit {
  /** Method and path, separated by a space. The first limit that matches counts. */
  matches: RegExp
  max: number
  /** Seconds after which a rejected client may try again. */
  retryAfterS: number
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
  { matches: /^/, max: 512, retryAfterS: 1 },
]

/**
 * Rejects requests beyond the limits at once with 503 and `Retry-After`. Otherwise every request of an overloaded server would wait
 * until its client gives up, and the work for it would be lost.
 */
export function limitLoad(limits: readonly LoadLimit[] = LOAD_LIMITS): MiddlewareHandler {
  const inProgress = limits.map(() => 0)
  return async (context, next) => {
    const request = `${context.req.method} ${context.req.path}`
    const n = limits.findIndex(({ matches }) => matches.test(request))
    const limit = limits[n]
    if (limit === undefined) return next()
    if (inProgress[n]! >= limit.max)
      throw new DomainError('unavailable', 'The server has too many requests to answer at the moment.', {
        retryAfterS: limit.retryAfterS,
      })
    inProgress[n]!++
    try {
      await next()
    } finally {
      inProgress[n]!--
    }
  }
}
