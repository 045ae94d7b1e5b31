import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { isAddress, networkMatcher, plainAddress } from '../../addresses.ts'

/** The sender of a request. */
export interface Client {
  /** IP address, or `local` where there is no connection. */
  address: string
  /** Whether the request is known to use HTTPS. */
  isSecure: boolean
}

/**
 * Reads the client of a request. The headers of a proxy (`X-Forwarded-For`, `X-Forwarded-Proto`) count only if the proxy is trusted,
 * because any client can send such headers.
 * @param trusted IP addresses and networks (`10.0.0.0/8`)
 */
export function clientReader(trusted: readonly string[]): (context: Context) => Client {
  const isTrusted = networkMatcher(trusted)
  return (context) => {
    const direct = plainAddress(connectionOf(context))
    if (!isTrusted(direct)) return { address: direct, isSecure: false }
    const chain = (context.req.header('x-forwarded-for') ?? '').split(',').map(hostOf)
    // The last address that is not a trusted proxy. Addresses before it can be invented. If all are trusted, because the clients are in
    // the same network, the last one is the client that the proxy has seen.
    const last = chain.findLast((one) => !isTrusted(one)) ?? chain.at(-1)
    const address = last !== undefined && isAddress(last) ? last : direct
    return {
      address,
      isSecure: context.req.header('x-forwarded-proto')?.split(',').at(-1)?.trim() === 'https',
    }
  }
}

function connectionOf(context: Context): string {
  try {
    return getConnInfo(context).remote.address ?? 'local'
  } catch {
    return 'local'
  }
}

/** Returns an address without the brackets, port or zone that a proxy may add. */
function hostOf(text: string): string {
  const [, bracketed, plain] = /^\s*(?:\[([^\]]+)\](?::\d+)?|([^\s]*))\s*$/.exec(text) ?? []
  const address = bracketed ?? (plain ?? '').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
  return plainAddress(address.replace(/%.*$/, ''))
}
