import type { MiddlewareHandler } from 'hono'
import { DomainError } from '../../errors.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses requests that change something and come from a page of another origin. Browsers always name the origin of such
 * a request: in `Sec-Fetch-Site`, or over plain HTTP and in older ones in `Origin`. Other programs name none and are accepted.
 */
export function sameOriginOnly(): MiddlewareHandler {
  return async (context, next) => {
    if (SAFE_METHODS.has(context.req.method)) return next()
    const site = context.req.header('sec-fetch-site')
    const origin = context.req.header('origin')
    const host = context.req.header('host')
    const isForeign = site === undefined ? origin !== undefined && !isHost(origin, host) : !isOwn(site)
    if (isForeign) throw new DomainError('cross_origin', 'Requests from pages of another origin are refused.')
    return next()
  }
}

function isOwn(site: string): boolean {
  return site === 'same-origin' || site === 'none'
}

/**
 * Compares the host of an origin with the header `Host`. A reverse proxy may pass on the name without the port on which the
 * browser connected, so that a `Host` without a port matches every port. An opaque origin (`null`) has no host.
 */
function isHost(origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin) || host === undefined) return false
  const { host: originHost, hostname } = new URL(origin)
  return originHost === host || (!/:\d+$/.test(host) && hostname === host)
}

const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]']

/**
 * Refuses requests for other host names than these. Otherwise a page of another site could have its own name resolve to this
 * machine and count as the same origin (DNS rebinding).
 */
export function knownHostsOnly(names: readonly string[]): MiddlewareHandler {
  const known = new Set(names.map((name) => name.toLowerCase()))
  return async (context, next) => {
    const host = context.req.header('host')
    const name = host?.toLowerCase().replace(/:\d+$/, '')
    if (name === undefined || known.has(name)) return next()
    throw new DomainError(
      'unknown_host',
      `${JSON.stringify(name.slice(0, 100))} is not a name of this server. Add it to allowed_hosts if it should be one.`,
    )
  }
}

/** @returns undefined if every name is accepted: a server that listens on all addresses can't list its names */
export function allowedHostnames(address: string, allowed: readonly string[]): string[] | undefined {
  const isLocal = address === '::1' || LOCAL_NAMES.includes(address) || /^127\./.test(address)
  if (!isLocal && allowed.length === 0) return undefined
  return [...LOCAL_NAMES, address, ...allowed.map(hostnameOf)]
}

/** @param entry a host name, also with a port or as the address of a page */
function hostnameOf(entry: string): string {
  const url = entry.includes('://') ? entry : `http://${entry}`
  return URL.canParse(url) ? new URL(url).hostname : entry
}
