/** A box of the ISO base media file format (ISO/IEC 14496-12): length, type, content; numbers are big-endian. */
export interface Box {
  type: string
  content: Buffer
}

/** A damaged file may consist of boxes without content. */
const MAX_BOXES = 10_000

export function box(type: string, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([u32(content.length + 8), ascii(type), content])
}

export function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Reads the boxes of a content. */
export function boxesOf(content: Buffer): Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + 8 <= content.length && boxes.length < MAX_BOXES; ) {
    const stated = content.readUInt32BE(at)
    const isLong = stated === 1 && at + 16 <= content.length
    const size =
      stated === 0 ? content.length - at : isLong ? Number(content.readBigUInt64BE(at + 8)) : stated
    const head = isLong ? 16 : 8
    if (size < head) break
    boxes.push({
      type: content.toString('latin1', at + 4, at + 8),
      content: content.subarray(at + head, at + size),
    })
    at += size
  }
  return boxes
}
