/**
 * Image sequences of HEIF (ISO/IEC 23008-12), `.avifs` and `.heics`, may contain a track of frames and no still image, which
 * libheif requires in the builds that are used here. The first frame is wrapped as a still image.
 */
import { ascii, type Box, box, boxesOf, u16, u32 } from './iso-box.ts'

/** Fields of a visual sample entry before its boxes. */
const SAMPLE_ENTRY_BYTES = 78
const SAMPLE_TYPES = ['av01', 'hvc1', 'hev1']
const CONFIGURATIONS = ['av1C', 'hvcC']

/**
 * Returns the first frame of a sequence as a file with one still image.
 * @returns undefined if the file contains a still image already, or no frame that can be found
 */
export function firstFrameOf(bytes: Uint8Array): Buffer | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const top = boxesOf(file)
  if (top.some(({ type }) => type === 'meta')) return undefined
  const movie = top.find(({ type }) => type === 'moov')
  const tracks = movie === undefined ? [] : boxesOf(movie.content).filter(({ type }) => type === 'trak')
  for (const track of tracks) {
    const still = stillOf(file, track.content)
    if (still !== undefined) return still
  }
  return undefined
}

function stillOf(file: Buffer, track: Buffer): Buffer | undefined {
  const media = child(track, 'mdia')
  const table = child(child(media, 'minf'), 'stbl')
  const handler = child(media, 'hdlr')?.toString('latin1', 8, 12)
  const entry = boxesOf(child(table, 'stsd')?.subarray(8) ?? Buffer.alloc(0))[0]
  // Tracks of alpha and depth have the handler `auxv`.
  if (handler === 'auxv' || entry === undefined || !SAMPLE_TYPES.includes(entry.type)) return undefined
  const frame = firstSample(file, table)
  const properties = boxesOf(entry.content.subarray(SAMPLE_ENTRY_BYTES))
  const configuration = properties.find(({ type }) => CONFIGURATIONS.includes(type))
  if (frame === undefined || configuration === undefined) return undefined
  const size = { width: entry.content.readUInt16BE(24), height: entry.content.readUInt16BE(26) }
  const colour = properties.filter(({ type }) => type === 'colr')
  const isAv1 = entry.type === 'av01'
  return writeStill(isAv1 ? 'avif' : 'heic', isAv1 ? 'av01' : 'hvc1', size, [configuration, ...colour], frame)
}

function firstSample(file: Buffer, table: Buffer | undefined): Buffer | undefined {
  const sizes = child(table, 'stsz')
  const offsets = child(table, 'stco')
  const longOffsets = child(table, 'co64')
  if (sizes === undefined || sizes.length < 12) return undefined
  const common = sizes.readUInt32BE(4)
  const size = common !== 0 ? common : sizes.length >= 16 ? sizes.readUInt32BE(12) : 0
  const offset =
    offsets !== undefined && offsets.length >= 12
      ? offsets.readUInt32BE(8)
      : longOffsets !== undefined && longOffsets.length >= 16
        ? Number(longOffsets.readBigUInt64BE(8))
        : undefined
  if (size === 0 || offset === undefined || offset + size > file.length) return undefined
  return file.subarray(offset, offset + size)
}

function child(content: Buffer | undefined, type: string): Buffer | undefined {
  if (content === undefined) return undefined
  return boxesOf(content).find((box) => box.type === type)?.content
}

function writeStill(
  brand: string,
  itemType: string,
  { width, height }: { width: number; height: number },
  properties: readonly Box[],
  frame: Buffer,
): Buffer {
  const head = box('ftyp', ascii(brand), u32(0), ascii(brand), ascii('mif1'), ascii('miaf'))
  const shared = [
    box('ispe', u32(0), u32(width), u32(height)),
    ...properties.map((p) => box(p.type, p.content)),
  ]
  const associations = shared.map((_, n) => Buffer.of(n + 1))
  const meta = (dataAt: number) =>
    box(
      'meta',
      u32(0),
      box('hdlr', u32(0), u32(0), ascii('pict'), Buffer.alloc(13)),
      box('pitm', u32(0), u16(1)),
      // Offsets and lengths of four bytes; one item of one extent.
      box('iloc', u32(0), u16(0x4400), u16(1), u16(1), u16(0), u16(1), u32(dataAt), u32(frame.length)),
      box(
        'iinf',
        u32(0),
        u16(1),
        box('infe', u32(0x02000000), u16(1), u16(0), ascii(itemType), Buffer.alloc(1)),
      ),
      box(
        'iprp',
        box('ipco', ...shared),
        box('ipma', u32(0), u32(1), u16(1), Buffer.of(associations.length), ...associations),
      ),
    )
  const dataAt = head.length + meta(0).length + 8
  return Buffer.concat([head, meta(dataAt), box('mdat', frame)])
}
