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
/** Length, type and checksum. */
const FRAME_BYTES = 12

/** Whether all chunks up to the end of a PNG are there and match their checksums. Browsers show others in part or not at all. */
export function hasIntactChunks(png: Uint8Array): boolean {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength)
  for (let at = SIGNATURE_BYTES; at + FRAME_BYTES <= bytes.length; ) {
    const end = at + FRAME_BYTES + bytes.readUInt32BE(at)
    if (end > bytes.length || crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4))
      return false
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return true
    at = end
  }
  return false
}
