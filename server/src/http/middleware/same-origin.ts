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

const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]']

/**
 * Refuses requests for other host names than these. A page of another site could have its own name resolve to this
 * machine and would then count as the same origin (DNS rebinding).
 */
export function knownHostsOnly(names: readonly string[]): MiddlewareHandler {
  const known = new Set(names.map((name) => name.toLowerCase()))
  return async (context, next) => {
    const host = context.req.header('host')
    const name = host?.toLowerCase().replace(/:\d+$/, '')
    if (name === undefined || known.has(name)) return next()
    const error = `This server is not known as ${JSON.stringify(name.slice(0, 100))}: add it to allowed_hosts if it should be.`
    return context.json({ error, code: 'unknown_host' }, 403)
  }
}

/** @returns undefined if every name is good: a server that listens on all addresses can't know its names */
export function allowedHostnames(address: string, allowed: readonly string[]): string[] | undefined {
  const isLocal = address === '::1' || LOCAL_NAMES.includes(address) || /^127\./.test(address)
  if (!isLocal && allowed.length === 0) return undefined
  return [...LOCAL_NAMES, address, ...allowed]
}
