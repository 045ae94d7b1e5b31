const RIFF_HEADER_BYTES = 12
const CHUNK_HEADER_BYTES = 8
/** RFC 6386, section 9.1: frame tag, start code, width and height. */
const VP8_HEADER_BYTES = 10

interface Chunk {
  type: string
  /** First byte of the chunk's header. */
  start: number
  dataStart: number
  /** As its header states, beyond the end of the file or not. */
  dataEnd: number
}

/**
 * Completes a lossy WebP whose data end early: zeros decode to blocks without detail.
 * @returns the new file and the share of the compressed pixels that was found; undefined for other kinds of damage
 */
export function repairWebp(webp: Uint8Array): { bytes: Buffer; share: number } | undefined {
  const file = Buffer.from(webp.buffer, webp.byteOffset, webp.byteLength)
  const chunks = readChunks(file, RIFF_HEADER_BYTES, file.length)
  // The first frame of an animation is the picture.
  const frame = chunks.find(({ type }) => type === 'ANMF')
  const parts =
    frame === undefined
      ? chunks
      : readChunks(file, frame.dataStart + 16, Math.min(file.length, frame.dataEnd))
  const picture = parts.find(({ type }) => type === 'VP8 ')
  if (picture === undefined || picture.dataStart + VP8_HEADER_BYTES > file.length) return undefined
  const firstPartition = (file.readUIntLE(picture.dataStart, 3) >> 5) + VP8_HEADER_BYTES
  const total = picture.dataEnd - picture.dataStart - firstPartition
  const found = Math.min(file.length, picture.dataEnd) - picture.dataStart - firstPartition
  if (total <= 0 || total > 4 * file.length) return undefined
  const share = Math.max(0, found / total)
  const bytes = Buffer.alloc(RIFF_HEADER_BYTES + CHUNK_HEADER_BYTES + evenLength(picture))
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.write('WEBP', 8, 'latin1')
  file.copy(bytes, RIFF_HEADER_BYTES, picture.start, Math.min(file.length, picture.dataEnd))
  return { bytes, share }
}

function readChunks(file: Buffer, from: number, to: number): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = from; at + CHUNK_HEADER_BYTES <= to; ) {
    const dataStart = at + CHUNK_HEADER_BYTES
    const chunk = {
      type: file.toString('latin1', at, at + 4),
      start: at,
      dataStart,
      dataEnd: dataStart + file.readUInt32LE(at + 4),
    }
    chunks.push(chunk)
    at = dataStart + evenLength(chunk)
  }
  return chunks
}

function evenLength({ dataStart, dataEnd }: Chunk): number {
  const length = dataEnd - dataStart
  return length + (length % 2)
}
