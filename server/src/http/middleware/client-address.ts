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
 * Reads the client of a request. The headers of a proxy (`X-Forwarded-For`, `X-Forwarded-Proto`) count only if the proxy is trusted:
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
    const chain = (context.req.header('x-forwarded-for') ?? '').split(',').map(hostOf)
    // The last one that no trusted proxy is; what stands before it may be invented.
    const last = chain.findLast((one) => !isTrusted(one))
    const address = last !== undefined && isIP(last) !== 0 ? last : direct
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

/** An address as proxies write it: perhaps in brackets, with a port or a zone. */
function hostOf(text: string): string {
  const [, bracketed, plain] = /^\s*(?:\[([^\]]+)\](?::\d+)?|([^\s]*))\s*$/.exec(text) ?? []
  const address = bracketed ?? (plain ?? '').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
  return plainAddress(address.replace(/%.*$/, ''))
}

/** IPv4 within IPv6 as plain IPv4, however it is written. */
function plainAddress(address: string): string {
  const [, dotted, high, low] =
    /^::ffff:(?:(\d+\.[\d.]+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address) ?? []
  if (dotted !== undefined) return dotted
  if (high === undefined || low === undefined) return address
  const bytes = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 255]
  })
  return bytes.join('.')
}
