import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { hashOfBytes } from '../hashing.ts'
import { picture } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { readMetadata } from './read-metadata.ts'
import { openThumbnailStore } from './thumbnails.ts'

const SEGMENT_BYTES = 65_000

/** Inserts segments of a program, such as a map of depth, after the first marker of a JPEG. */
function withLongHeader(jpeg: Buffer, segments: number): Buffer {
  const segment = Buffer.alloc(SEGMENT_BYTES + 4)
  segment.writeUInt16BE(0xffe4, 0)
  segment.writeUInt16BE(SEGMENT_BYTES + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), ...Array(segments).fill(segment), jpeg.subarray(2)])
}

it.each([0, 3, 8])(
  'reads the metadata of a JPEG again, with %i long segments before its pixels',
  async (segments) => {
    const exif = { IFD0: { Model: 'NIKON D850' } }
    const jpeg = await sharp(await picture(1))
      .withExif(exif)
      .jpeg()
      .toBuffer()
    const bytes = withLongHeader(jpeg, segments)
    const root = await temporaryDirectory()
    writeFileSync(join(root, 'a.jpg'), bytes)
    const contentHash = hashOfBytes(bytes)
    const thumbnails = openThumbnailStore(await temporaryDirectory(), [64, 64])
    thumbnails.write(contentHash, await sharp(jpeg).resize(64).webp().toBuffer())
    const known = { width: 120, height: 90, contentType: 'image/jpeg' }
    const { mtimeMs } = statSync(join(root, 'a.jpg'))
    const result = await readMetadata(
      { path: 'a.jpg', contentHash, bytes: bytes.length, modifiedAt: Math.trunc(mtimeMs), known },
      {
        root,
        walk: { recursive: true, excluded: [] },
        limits: { maxPixels: 1e6, maxFileBytes: 1e7 },
        inputSize: { width: 64, height: 64 },
      },
      thumbnails,
      { onBytes: () => {}, decode: () => Promise.reject(new Error('It is not decoded.')) },
    )
    expect(result).toMatchObject({ state: 'read', metadata: { ...known, camera: 'NIKON D850' } })
  },
)
