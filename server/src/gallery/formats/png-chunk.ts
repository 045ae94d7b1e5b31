import { crc32 } from 'node:zlib'

/** A chunk of a PNG: length, type, data and checksum. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(data.length)
  head.write(type, 4, 'latin1')
  const end = Buffer.alloc(4)
  end.writeUInt32BE(crc32(data, crc32(head.subarray(4))))
  return Buffer.concat([head, data, end])
}

const SIGNATURE_BYTES = 8
/** Length and type. */
const HEAD_BYTES = 8
const CHECKSUM_BYTES = 4

export interface PngChunk {
  type: string
  /** Ends with the file if that ends early. */
  data: Buffer
  /** Place of the chunk in the file, and the place behind it. */
  at: number
  end: number
}

export function* chunksOf(png: Uint8Array): Generator<PngChunk> {
  const bytes = bufferOf(png)
  for (let at = SIGNATURE_BYTES; at + HEAD_BYTES <= bytes.length; ) {
    const dataEnd = at + HEAD_BYTES + bytes.readUInt32BE(at)
    const end = dataEnd + CHECKSUM_BYTES
    const type = bytes.toString('latin1', at + 4, at + HEAD_BYTES)
    yield { type, data: bytes.subarray(at + HEAD_BYTES, dataEnd), at, end }
    at = end
  }
}

/** Whether all chunks up to the end of a PNG are there and match their checksums. Browsers show others in part or not at all. */
export function hasIntactChunks(png: Uint8Array): boolean {
  const bytes = bufferOf(png)
  for (const { type, at, end } of chunksOf(png)) {
    if (end > bytes.length) return false
    const checked = bytes.subarray(at + 4, end - CHECKSUM_BYTES)
    if (crc32(checked) !== bytes.readUInt32BE(end - CHECKSUM_BYTES)) return false
    if (type === 'IEND') return true
  }
  return false
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
