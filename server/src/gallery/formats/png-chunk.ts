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
