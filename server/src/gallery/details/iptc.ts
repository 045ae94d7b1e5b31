import type { FileDetails } from './file-details.ts'
import { cleanText, decodeText, MAX_KEYWORDS, parseTime } from './values.ts'

/** Datasets of the application record (IPTC-NAA Information Interchange Model 4.2, chapter 6). */
const DATASETS = { title: 5, keyword: 25, date: 55, time: 60, caption: 120 }
const MARKER = 0x1c
const APPLICATION_RECORD = 2
const HEADER_BYTES = 5
/** A length with this bit is the number of bytes of the length itself, which no field that is read here needs. */
const EXTENDED = 0x8000
const PHOTOSHOP = '8BIM'
const IPTC_RESOURCE = 0x0404

/** Reads an IPTC block, plain or in the resources of Photoshop, as in JPEG files. */
export function readIptc(block: Buffer): FileDetails {
  const fields = fieldsOf(recordsOf(block))
  const text = (dataset: number) => fields.get(dataset)?.[0]
  const keywords = (fields.get(DATASETS.keyword) ?? []).map(cleanText).filter((word) => word !== undefined)
  return {
    ...parseTime(`${text(DATASETS.date) ?? ''}${timeOf(text(DATASETS.time))}`),
    title: cleanText(text(DATASETS.title)),
    caption: cleanText(text(DATASETS.caption)),
    keywords: keywords.length > 0 ? keywords : undefined,
  }
}

/** `HHMMSS±HHMM`; some programs omit the offset. */
function timeOf(text: string | undefined): string {
  return text !== undefined && /^\d{6}([+-]\d{4})?$/.test(text) ? text : ''
}

function recordsOf(block: Buffer): Buffer {
  let at = block.indexOf(PHOTOSHOP, 0, 'latin1')
  if (block[0] === MARKER || at === -1) return block
  while (at + 12 <= block.length && block.toString('latin1', at, at + 4) === PHOTOSHOP) {
    const id = block.readUInt16BE(at + 4)
    // A name with its length in front, and the data, are padded to an even number of bytes.
    const nameBytes = 1 + block[at + 6]!
    const sizeAt = at + 6 + nameBytes + (nameBytes % 2)
    if (sizeAt + 4 > block.length) break
    const size = block.readUInt32BE(sizeAt)
    if (id === IPTC_RESOURCE) return block.subarray(sizeAt + 4, sizeAt + 4 + size)
    at = sizeAt + 4 + size + (size % 2)
  }
  return Buffer.alloc(0)
}

function fieldsOf(records: Buffer): Map<number, string[]> {
  const fields = new Map<number, string[]>()
  for (let at = 0; at + HEADER_BYTES <= records.length && records[at] === MARKER; ) {
    const size = records.readUInt16BE(at + 3)
    if ((size & EXTENDED) !== 0) break
    const value = records.subarray(at + HEADER_BYTES, at + HEADER_BYTES + size)
    const dataset = records[at + 2]!
    const values = fields.get(dataset) ?? []
    if (records[at + 1] === APPLICATION_RECORD && values.length < MAX_KEYWORDS) {
      values.push(decodeText(value))
      fields.set(dataset, values)
    }
    at += HEADER_BYTES + size
  }
  return fields
}
