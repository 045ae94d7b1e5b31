import { createHash } from 'node:crypto'
import sharp from 'sharp'
import type { Random } from '../../scripts/demo/random.ts'

interface Content {
  bytes: Buffer
  isImage: boolean
}

/** Makes file contents, and remembers which of them are images. */
export interface Contents {
  image(): Promise<Content>
  broken(): Promise<Content>
  /** Of bytes that were made here. */
  isImage(hash: string): boolean
  /** Bytes that came about otherwise: an image with something behind it. */
  noteImage(bytes: Buffer): void
  /** Bytes that came about otherwise: part of an image, or a text. */
  noteBroken(bytes: Buffer): void
}

const FORMATS = ['png', 'jpeg', 'webp', 'gif', 'tiff'] as const

export function createContents(random: Random): Contents {
  const images = new Set<string>()
  const broken = new Set<string>()
  const note = (bytes: Buffer, isImage: boolean): Content => {
    const hash = createHash('sha256').update(bytes).digest('hex')
    if (isImage) images.add(hash)
    else broken.add(hash)
    return { bytes, isImage }
  }
  return {
    async image() {
      const side = Math.floor(random.between(12, 40))
      // Noise in large blocks: no two are alike, and what is alike is found as such.
      const blocks = Buffer.from(Array.from({ length: 16 * 3 }, () => Math.floor(random.between(0, 256))))
      const picture = sharp(blocks, { raw: { width: 4, height: 4, channels: 3 } }).resize(side, side)
      return note(await picture.toFormat(random.pick(FORMATS)).toBuffer(), true)
    },
    async broken() {
      const kind = random.pick(['empty', 'text', 'noise'] as const)
      if (kind === 'empty') return note(Buffer.alloc(0), false)
      const digits = Array.from({ length: 40 }, () => Math.floor(random.between(0, 10))).join('')
      return note(
        Buffer.from(kind === 'text' ? `<html>${digits}</html>` : `\x89PNG\r\n\x1a\n${digits}`, 'latin1'),
        false,
      )
    },
    isImage(hash) {
      if (!images.has(hash) && !broken.has(hash)) throw new Error(`nobody made the content ${hash}`)
      return images.has(hash)
    },
    noteImage: (bytes) => void note(bytes, true),
    noteBroken: (bytes) => void note(bytes, false),
  }
}
