import { isUtf8 } from 'node:buffer'

/*
 * Names on disk are bytes, and not all of them are valid UTF-8. In a gallery path, each byte that is not part of valid
 * UTF-8 is U+FFFD, which every program shows as a replacement character, followed by an invisible variation selector
 * that holds the byte (U+E0100 for 0x80 to U+E017F for 0xFF). A valid U+FFFD in front of such a selector is written
 * byte by byte, too, so that different names never get the same path. Unlike lone surrogates, the result is valid
 * Unicode, which databases, JSON and addresses keep.
 */
const REPLACEMENT = '\ufffd'
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT)
const FIRST_SELECTOR = 0xe0100
const FIRST_BYTE = 0x80
const ESCAPED_BYTE = /\ufffd([\u{e0100}-\u{e017f}])/gu
const STARTS_WITH_SELECTOR = /^[\u{e0100}-\u{e017f}]/u
const SELECTOR_BYTES = 4

/** Returns the name, or path, that a gallery path has for bytes of the file system. */
export function decodeName(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes(REPLACEMENT)) return text
  const parts: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const sequence = bytes.subarray(at, at + sequenceLength(bytes[at]!))
    if (isUtf8(sequence) && !looksEscaped(bytes, at, sequence)) {
      parts.push(sequence.toString('utf8'))
      at += sequence.length
    } else {
      parts.push(REPLACEMENT, String.fromCodePoint(FIRST_SELECTOR + bytes[at]! - FIRST_BYTE))
      at++
    }
  }
  return parts.join('')
}

/** Returns what Node's functions of the file system take for a path: bytes where the path has some that are not UTF-8. */
export function toSystemPath(path: string): string | Buffer {
  if (!path.includes(REPLACEMENT)) return path
  const parts: Buffer[] = []
  let end = 0
  for (const match of path.matchAll(ESCAPED_BYTE)) {
    parts.push(Buffer.from(path.slice(end, match.index)))
    parts.push(Buffer.of(match[1]!.codePointAt(0)! - FIRST_SELECTOR + FIRST_BYTE))
    end = match.index + match[0].length
  }
  return end === 0 ? path : Buffer.concat([...parts, Buffer.from(path.slice(end))])
}

/** Returns the one spelling that the listing of a folder gives to a path that a client has sent. */
export function canonicalPath(path: string): string {
  const system = toSystemPath(path)
  return typeof system === 'string' ? system : decodeName(system)
}

/** Returns a name for people, in which a byte that is not UTF-8 is just a replacement character. */
export function displayName(name: string): string {
  return name.includes(REPLACEMENT) ? name.replaceAll(ESCAPED_BYTE, REPLACEMENT) : name
}

/** Returns the number of bytes that a name takes on disk. */
export function byteLengthOf(name: string): number {
  return Buffer.byteLength(toSystemPath(name))
}

/** Returns the length of the UTF-8 sequence that begins with a byte; 1 for a byte that begins none. */
function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4
  if (first >= 0xe0) return 3
  return first >= 0xc0 ? 2 : 1
}

function looksEscaped(bytes: Buffer, at: number, sequence: Buffer): boolean {
  if (!sequence.equals(REPLACEMENT_BYTES)) return false
  const next = at + REPLACEMENT_BYTES.length
  return STARTS_WITH_SELECTOR.test(bytes.subarray(next, next + SELECTOR_BYTES).toString('utf8'))
}
