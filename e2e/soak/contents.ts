import { createHash } from 'node:crypto'
import sharp from 'sharp'
import type { Random } from '../../scripts/demo/random.ts'

/** `distinct` is an image unlike all others, which a search finds first. `either` is damaged: an image or a failure. */
export type ContentKind = 'distinct' | 'image' | 'broken' | 'either'

/** Makes file contents, and remembers the kind of each. */
export interface Contents {
  image(): Promise<Buffer>
  broken(): Promise<Buffer>
  /** Returns the kind of bytes that were made or noted here. */
  kindOf(hash: string): ContentKind
  /** Records the kind of bytes that were made elsewhere. The first kind of the same bytes is kept. */
  note(bytes: Buffer, kind: ContentKind): void
  /** The start of a file, which is too short for the images that were made here. */
  noteStart(start: Buffer, whole: Buffer): void
}

const FORMATS = ['png', 'jpeg', 'webp', 'gif', 'tiff'] as const

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function createContents(random: Random): Contents {
  const kinds = new Map<string, ContentKind>()
  const note = (bytes: Buffer, kind: ContentKind): Buffer => {
    const hash = hashOf(bytes)
    if (!kinds.has(hash)) kinds.set(hash, kind)
    return bytes
  }
  return {
    async image() {
      const side = Math.floor(random.between(12, 40))
      // Noise in large blocks: no two images are similar, except for variants of one.
      const blocks = Buffer.from(Array.from({ length: 16 * 3 }, () => Math.floor(random.between(0, 256))))
      const picture = sharp(blocks, { raw: { width: 4, height: 4, channels: 3 } }).resize(side, side)
      return note(await picture.toFormat(random.pick(FORMATS)).toBuffer(), 'distinct')
    },
    async broken() {
      const kind = random.pick(['empty', 'text', 'noise'] as const)
      if (kind === 'empty') return note(Buffer.alloc(0), 'broken')
      const digits = Array.from({ length: 40 }, () => Math.floor(random.between(0, 10))).join('')
      return note(
        Buffer.from(kind === 'text' ? `<html>${digits}</html>` : `\x89PNG\r\n\x1a\n${digits}`, 'latin1'),
        'broken',
      )
    },
    kindOf(hash) {
      const kind = kinds.get(hash)
      if (kind === undefined) throw new Error(`the content ${hash} was not made by the test`)
      return kind
    },
    note: (bytes, kind) => void note(bytes, kind),
    noteStart(start, whole) {
      const kind = kinds.get(hashOf(whole))
      note(start, kind === 'distinct' || kind === 'broken' ? 'broken' : 'either')
    },
  }
}
