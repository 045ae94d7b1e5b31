import type { MiddlewareHandler } from 'hono'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses requests that would change something and come from a page of another origin. Browsers always say where such
 * a request comes from (`Sec-Fetch-Site`, or `Origin` in older ones); programs say neither and are let through.
 */
export function sameOriginOnly(): MiddlewareHandler {
  return async (context, next) => {
    if (SAFE_METHODS.has(context.req.method)) return next()
    const site = context.req.header('sec-fetch-site')
    const origin = context.req.header('origin')
    const host = context.req.header('host')
    const isForeign = site === undefined ? origin !== undefined && !isHost(origin, host) : !isOwn(site)
    if (!isForeign) return next()
    return context.json(
      { error: 'Requests from pages of another origin are refused.', code: 'cross_origin' },
      403,
    )
  }
}

function isOwn(site: string): boolean {
  return site === 'same-origin' || site === 'none'
}

/** An opaque origin, which browsers write as `null`, is nobody's host. */
function isHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}
