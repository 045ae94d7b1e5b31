import ipaddr from 'ipaddr.js'
import { DomainError } from './errors.ts'

/** Bits of the network that belongs to one IPv6 client. */
const IPV6_CLIENT_BITS = 64

/** Parses an IP address; IPv4 within IPv6 becomes IPv4. Only four decimal parts count as IPv4. */
function parse(text: string) {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined
  return ipaddr.process(text)
}

export function isAddress(text: string): boolean {
  return parse(text) !== undefined
}

/** Returns an IP address in one spelling: IPv4 within IPv6 as plain IPv4. Other text is returned unchanged. */
export function plainAddress(text: string): string {
  const address = parse(text)
  return address === undefined || address.kind() === 'ipv6' ? text : address.toString()
}

/** Whether a text is an IP address, or a network such as `10.0.0.0/8`. */
export function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const parsed = parse(address)
  if (parsed === undefined || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= 8 * parsed.toByteArray().length)
}

/** Returns a function that tests whether an address belongs to one of the addresses or networks. */
export function networkMatcher(networks: readonly string[]): (address: string) => boolean {
  const ranges = networks.map((text) => {
    const [address = '', bits] = text.split('/')
    const parsed = ipaddr.process(address)
    return [parsed, bits === undefined ? 8 * parsed.toByteArray().length : Number(bits)] as const
  })
  return (text) => {
    const address = parse(text)
    if (address === undefined) return false
    return ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits))
  }
}

/** Returns one key for all addresses of a client: an IPv6 client has a network of 64 bits. */
export function clientKey(text: string): string {
  const address = parse(text)
  if (address === undefined || address.kind() === 'ipv4') return text
  return ipaddr.IPv6.networkAddressFromCIDR(
    `${address.toNormalizedString().replace(/%.*/, '')}/${IPV6_CLIENT_BITS}`,
  ).toString()
}

/**
 * Returns the address of a route on a server.
 * @param page address of its page, as given for `--server` @param path of the route, without `/` at the beginning
 * @throws {DomainError} `invalid_request`
 */
export function addressOnServer(page: string, path: string): URL {
  const url = URL.parse(page)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new DomainError(
      'invalid_request',
      `--server: ${JSON.stringify(page)} is not an address such as https://pictures.example.org.`,
    )
  return new URL(path, url.pathname.endsWith('/') ? url : `${url.origin}${url.pathname}/`)
}
