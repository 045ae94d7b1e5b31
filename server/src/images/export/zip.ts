/**
 * Writes ZIP archives of uncompressed files while they are sent, after the APPNOTE of PKWARE, version 6.3.10. Checksums are those of
 * zlib, which uses the instructions of the processor.
 */
import { crc32 } from 'node:zlib'

export interface ZipEntry {
  /** Relative, with `/`. */
  name: string
  lastModified: Date
  input: AsyncIterable<Uint8Array> | Uint8Array | string
  /** Maximum number of bytes of the input, if it is known before: an entry that may be larger than 4 GiB has other headers. */
  maxBytes?: number
}

const LOCAL_HEADER = 0x04034b50
const DESCRIPTOR = 0x08074b50
const CENTRAL_HEADER = 0x02014b50
const END_64 = 0x06064b50
const END_64_LOCATOR = 0x07064b50
const END = 0x06054b50

/** Checksum and sizes follow the content, and the name is in UTF-8. */
const FLAGS = 0x0808
/** The first versions of the format with folders and with 64-bit sizes. */
const [VERSION, VERSION_64] = [20, 45]
/** Made on Unix, whose file mode is in the upper half of the attributes: an ordinary file that its owner may write. */
const MADE_BY_UNIX = 3 << 8
const FILE_MODE = (0o100644 << 16) >>> 0
const EXTRA_64 = 0x0001
/** Stand for values in 64-bit fields elsewhere. */
const [MAX_16, MAX_32] = [0xffff, 0xffffffff]
const FIRST_YEAR = 1980

interface Written {
  name: Buffer
  time: number
  /** Whether its sizes are in 64-bit fields, as those of an entry that may be too large for others. */
  is64: boolean
  checksum: number
  size: number
  /** Position of the local header. */
  offset: number
}

/** Reads the entries one after the other, each to its end. */
export async function* writeZip(
  entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>,
): AsyncGenerator<Uint8Array> {
  const written: Written[] = []
  let position = 0
  for await (const { name, lastModified, input, maxBytes = bytesOf(input) } of entries) {
    const entry = {
      name: Buffer.from(name),
      time: dosTime(lastModified),
      is64: maxBytes >= MAX_32,
      checksum: 0,
      size: 0,
      offset: position,
    }
    const header = localHeader(entry)
    yield header
    for await (const part of partsOf(input)) {
      entry.checksum = crc32(part, entry.checksum)
      entry.size += part.length
      // A reader of the stream would misread the sizes behind the content.
      if (entry.size > maxBytes)
        throw new Error(`${name} has more than the ${maxBytes} bytes that were announced`)
      yield part
    }
    const end = descriptor(entry)
    yield end
    position += header.length + entry.size + end.length
    written.push(entry)
  }
  const start = position
  for (const entry of written) {
    const header = centralHeader(entry)
    yield header
    position += header.length
  }
  yield endOf(written.length, start, position - start)
}

function partsOf(input: ZipEntry['input']): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof input === 'string') return [Buffer.from(input)]
  return input instanceof Uint8Array ? [input] : input
}

/** Bytes of an input, infinite for a stream. */
function bytesOf(input: ZipEntry['input']): number {
  if (typeof input === 'string') return Buffer.byteLength(input)
  return input instanceof Uint8Array ? input.length : Number.POSITIVE_INFINITY
}

/** The sizes follow the content. Only the field of 64-bit sizes lets a reader of the stream expect a descriptor with such sizes. */
function localHeader({ name, time, is64 }: Written): Buffer {
  const extra = is64 ? extra64([0, 0]) : Buffer.alloc(0)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(LOCAL_HEADER, 0)
  header.writeUInt16LE(is64 ? VERSION_64 : VERSION, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt32LE(time, 10)
  if (is64) for (const at of [18, 22]) header.writeUInt32LE(MAX_32, at)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(extra.length, 28)
  return Buffer.concat([header, name, extra])
}

function descriptor({ checksum, size, is64 }: Written): Buffer {
  const bytes = Buffer.alloc(is64 ? 24 : 16)
  bytes.writeUInt32LE(DESCRIPTOR, 0)
  bytes.writeUInt32LE(checksum, 4)
  if (is64) for (const at of [8, 16]) bytes.writeBigUInt64LE(BigInt(size), at)
  else for (const at of [8, 12]) bytes.writeUInt32LE(size, at)
  return bytes
}

function centralHeader({ name, time, is64, checksum, size, offset }: Written): Buffer {
  const large = [...(is64 ? [size, size] : []), ...(offset >= MAX_32 ? [offset] : [])]
  const extra = large.length === 0 ? Buffer.alloc(0) : extra64(large)
  const header = Buffer.alloc(46)
  header.writeUInt32LE(CENTRAL_HEADER, 0)
  header.writeUInt16LE(MADE_BY_UNIX + VERSION_64, 4)
  header.writeUInt16LE(large.length === 0 ? VERSION : VERSION_64, 6)
  header.writeUInt16LE(FLAGS, 8)
  header.writeUInt32LE(time, 12)
  header.writeUInt32LE(checksum, 16)
  for (const at of [20, 24]) header.writeUInt32LE(is64 ? MAX_32 : size, at)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE(FILE_MODE, 38)
  header.writeUInt32LE(Math.min(offset, MAX_32), 42)
  return Buffer.concat([header, name, extra])
}

function extra64(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length)
  extra.writeUInt16LE(EXTRA_64, 0)
  extra.writeUInt16LE(8 * values.length, 2)
  for (const [n, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * n)
  return extra
}

/** The end of the archive. @param start position of the central directory @param size its size in bytes */
function endOf(count: number, start: number, size: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(END, 0)
  for (const at of [8, 10]) end.writeUInt16LE(Math.min(count, MAX_16), at)
  end.writeUInt32LE(Math.min(size, MAX_32), 12)
  end.writeUInt32LE(Math.min(start, MAX_32), 16)
  if (count < MAX_16 && size < MAX_32 && start < MAX_32) return end
  const end64 = Buffer.alloc(56)
  end64.writeUInt32LE(END_64, 0)
  // The size of this record without the first twelve bytes.
  end64.writeBigUInt64LE(44n, 4)
  end64.writeUInt16LE(MADE_BY_UNIX + VERSION_64, 12)
  end64.writeUInt16LE(VERSION_64, 14)
  for (const at of [24, 32]) end64.writeBigUInt64LE(BigInt(count), at)
  end64.writeBigUInt64LE(BigInt(size), 40)
  end64.writeBigUInt64LE(BigInt(start), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(END_64_LOCATOR, 0)
  locator.writeBigUInt64LE(BigInt(start + size), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end64, locator, end])
}

/** Date and time in the local time zone, as the format stores them, in steps of two seconds. */
function dosTime(date: Date): number {
  const days = ((date.getFullYear() - FIRST_YEAR) << 9) | ((date.getMonth() + 1) << 5) | date.getDate()
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1)
  return ((days << 16) | time) >>> 0
}
