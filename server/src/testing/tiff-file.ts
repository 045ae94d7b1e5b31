/** Writes TIFF files of any kind for tests, little-endian, with one directory for each page. */

type Values = { type: 'short' | 'long' | 'float' | 'byte'; values: readonly number[] }
export type TiffTags = Record<number, Values>

const TYPES = { byte: 1, short: 3, long: 4, float: 11 } as const
const WIDTHS = { byte: 1, short: 2, long: 4, float: 4 } as const

export const short = (...values: number[]): Values => ({ type: 'short', values })
export const long = (...values: number[]): Values => ({ type: 'long', values })
export const float = (...values: number[]): Values => ({ type: 'float', values })

export interface TiffPageContent {
  tags: TiffTags
  /** Strips or tiles. */
  chunks: readonly Uint8Array[]
  isTiled?: boolean
  /** Tags whose values are positions of blobs, which are written into the file. */
  blobs?: Record<number, readonly Uint8Array[]>
}

export function writeTiff(...pages: TiffPageContent[]): Buffer {
  const parts: Buffer[] = [Buffer.from('II*\0\0\0\0\0', 'latin1')]
  let length = 8
  const add = (bytes: Uint8Array): number => {
    const at = length
    const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)])
    parts.push(padded)
    length += padded.length
    return at
  }
  const links: [part: number, at: number][] = [[0, 4]]
  for (const { tags, chunks, isTiled = false, blobs = {} } of pages) {
    const all: TiffTags = {
      ...tags,
      [isTiled ? 324 : 273]: long(...chunks.map(add)),
      [isTiled ? 325 : 279]: long(...chunks.map((chunk) => chunk.length)),
    }
    for (const [tag, list] of Object.entries(blobs)) all[Number(tag)] = long(...list.map(add))
    const entries = Object.entries(all)
      .map(([tag, values]) => [Number(tag), values] as const)
      .sort(([a], [b]) => a - b)
    const directory = Buffer.alloc(2 + entries.length * 12 + 4)
    directory.writeUInt16LE(entries.length)
    for (const [n, [tag, { type, values }]] of entries.entries()) {
      const at = 2 + n * 12
      const bytes = encode(type, values)
      directory.writeUInt16LE(tag, at)
      directory.writeUInt16LE(TYPES[type], at + 2)
      directory.writeUInt32LE(values.length, at + 4)
      if (bytes.length <= 4) bytes.copy(directory, at + 8)
      else directory.writeUInt32LE(add(bytes), at + 8)
    }
    const [part, at] = links.at(-1)!
    parts[part]!.writeUInt32LE(length, at)
    links.push([parts.length, directory.length - 4])
    add(directory)
  }
  return Buffer.concat(parts)
}

function encode(type: Values['type'], values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * WIDTHS[type])
  for (const [n, value] of values.entries()) {
    if (type === 'byte') bytes.writeUInt8(value, n)
    else if (type === 'short') bytes.writeUInt16LE(value, n * 2)
    else if (type === 'long') bytes.writeUInt32LE(value, n * 4)
    else bytes.writeFloatLE(value, n * 4)
  }
  return bytes
}
