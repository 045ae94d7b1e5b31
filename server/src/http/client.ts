import { BlockList, isIP } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

/** Who sends a request. */
export interface Client {
  /** IP address, or `local` where there is no connection. */
  address: string
  /** Whether it came by HTTPS, as far as that is known. */
  isSecure: boolean
}

/**
 * Tells the client of a request. What a proxy says of it (`X-Forwarded-For`, `X-Forwarded-Proto`) counts only if the proxy is trusted:
 * everybody can send such headers.
 * @param trusted IP addresses and networks (`10.0.0.0/8`)
 */
export function clientReader(trusted: readonly string[]): (context: Context) => Client {
  const proxies = new BlockList()
  for (const entry of trusted) {
    const [address, bits] = entry.split('/') as [string, string?]
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) proxies.addAddress(address, family)
    else proxies.addSubnet(address, Number(bits), family)
  }
  const isTrusted = (address: string) =>
    isIP(address) !== 0 && proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return (context) => {
    const direct = plainAddress(connectionOf(context))
    if (!isTrusted(direct)) return { address: direct, isSecure: false }
    const chain = (context.req.header('x-forwarded-for') ?? '')
      .split(',')
      .map((part) => plainAddress(part.trim()))
    // The last one that no trusted proxy is: what stands before it may be invented.
    const address = chain.findLast((one) => isIP(one) !== 0 && !isTrusted(one)) ?? direct
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

/** IPv4 within IPv6 as plain IPv4. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
