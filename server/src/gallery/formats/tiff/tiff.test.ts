import { describe, expect, it } from 'vitest'
import { long, short, writeTiff } from '../../../testing/tiff-file.ts'
import { decodeImage } from '../../decode.ts'

const SIZE = { width: 16, height: 16 }
const LIMITS = { maxPixels: 1_000_000 }

/** A grey TIFF of 16 × 16 pixels, with some tags replaced. */
function grey(tags: Parameters<typeof writeTiff>[0]['tags'], bytes = 256): Buffer {
  return writeTiff({
    tags: {
      256: long(16),
      257: long(16),
      258: short(8),
      259: short(1),
      262: short(1),
      277: short(1),
      278: long(16),
      ...tags,
    },
    chunks: [Buffer.alloc(bytes, 100)],
  })
}

describe('a damaged TIFF', () => {
  it.each([
    ['no bits', { 258: short(0), 317: short(2) }],
    ['no channels', { 277: short(0), 339: short(3) }],
    ['strips without rows', { 278: long(0), 339: short(2) }],
    ['tiles of enormous width', { 322: long(0xffffffff), 323: long(16), 339: short(3), 258: short(32) }],
  ])('with %s is refused at once', async (_, tags) => {
    await expect(decodeImage(grey(tags), SIZE, LIMITS)).rejects.toMatchObject({ code: 'image_unreadable' })
  })

  it('is an image with a note with three quarters of its signed numbers, and a failure with a quarter', async () => {
    const signed = { 339: short(2), 340: short(0), 341: short(200) }
    expect(await decodeImage(grey(signed, 192), SIZE, LIMITS)).toMatchObject({
      note: 'The file is damaged: 75 % of the picture could be decoded.',
    })
    await expect(decodeImage(grey(signed, 64), SIZE, LIMITS)).rejects.toThrow(/after 25 % of its pixels/)
  })
})
