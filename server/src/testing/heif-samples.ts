import { readFile } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { ascii, box, u32 } from '../gallery/formats/iso-box.ts'
import { HEIGHT, quadrants, WIDTH } from './quadrants.ts'

/** AVIF and HEIC files with the properties that turn, mirror and crop, and a sequence without a still image. */
export async function heifSamples(): Promise<Record<string, Buffer>> {
  const plain = await avif(quadrants())
  const bordered = quadrants().extend({ left: 16, right: 16, top: 8, bottom: 8, background: '#888' })
  return {
    'plain.avif': plain,
    'irot.avif': addProperty(await avif(quadrants().rotate(90)), QUARTER_TURN),
    'imir.avif': addProperty(await avif(quadrants().flop()), MIRRORED),
    'clap.avif': addProperty(await avif(bordered), CROPPED),
    'sequence.avifs': toSequence(plain),
    'plain.heic': await heic('plain'),
    'irot.heic': addProperty(await heic('turned'), QUARTER_TURN),
    'imir.heic': addProperty(await heic('mirrored'), MIRRORED),
    'clap.heic': addProperty(await heic('bordered'), CROPPED),
  }
}

/** Anticlockwise. */
const QUARTER_TURN = box('irot', Buffer.of(1))
const MIRRORED = box('imir', Buffer.of(1))
const CROPPED = box('clap', ...[WIDTH, 1, HEIGHT, 1, 0, 1, 0, 1].map(u32))

/** The pictures of `heifSamples` as `heif-enc` of libheif has encoded them, and one of 7,800 × 7,800 pixels (`large`). */
export function heic(name: 'plain' | 'turned' | 'mirrored' | 'bordered' | 'large'): Promise<Buffer> {
  return readFile(new URL(`fixtures/heic/${name}.heic`, import.meta.url))
}

/** A HEIC made by a phone; its left half is red, its right half blue. */
export function heicFile(): Promise<Buffer> {
  return readFile(new URL('../gallery/fixtures/halves.heic', import.meta.url))
}

function avif(image: Sharp): Promise<Buffer> {
  return image
    .png()
    .toBuffer()
    .then((png) => sharp(png).avif({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer())
}

/** A HEIF file whose image has an ICC profile. */
export function withColourProfile(file: Buffer, icc: Buffer): Buffer {
  return addProperty(file, box('colr', ascii('prof'), icc))
}

interface Place {
  type: string
  at: number
  end: number
}

function boxesIn(file: Buffer, from: number, to: number): Place[] {
  const places: Place[] = []
  for (let at = from; at + 8 <= to; ) {
    const end = at + file.readUInt32BE(at)
    places.push({ type: file.toString('latin1', at + 4, at + 8), at, end })
    at = end
  }
  return places
}

function find(file: Buffer, path: readonly string[]): Place[] {
  const found: Place[] = []
  let [from, to] = [0, file.length]
  for (const type of path) {
    const place = boxesIn(file, from, to).find((one) => one.type === type)!
    found.push(place)
    from = place.at + (type === 'meta' ? 12 : 8)
    to = place.end
  }
  return found
}

/** Adds a property to the image and links it to the first item, as an essential one. */
function addProperty(file: Buffer, property: Buffer): Buffer {
  const [meta, iprp, ipco] = find(file, ['meta', 'iprp', 'ipco']) as [Place, Place, Place]
  const ipma = find(file, ['meta', 'iprp', 'ipma'])[2]!
  const count = boxesIn(file, ipco.at + 8, ipco.end).length
  const associations = Buffer.from(file.subarray(ipma.at, ipma.end))
  // Version and flags, number of entries, identifier of the item: then the number of its properties.
  const countAt = 8 + 4 + 4 + 2
  associations[countAt]!++
  const insertAt = countAt + associations[countAt]!
  const linked = Buffer.concat([
    associations.subarray(0, insertAt),
    Buffer.of(0x80 | (count + 1)),
    associations.subarray(insertAt),
  ])
  linked.writeUInt32BE(linked.length)
  const grown = Buffer.concat([
    file.subarray(0, ipco.end),
    property,
    file.subarray(ipco.end, ipma.at),
    linked,
    file.subarray(ipma.end),
  ])
  const added = grown.length - file.length
  grown.writeUInt32BE(ipco.end - ipco.at + property.length, ipco.at)
  grown.writeUInt32BE(iprp.end - iprp.at + added, iprp.at)
  grown.writeUInt32BE(meta.end - meta.at + added, meta.at)
  shiftData(grown, added)
  return grown
}

/** Moves the offset of the data in `iloc`, whose fields have four bytes. */
function shiftData(file: Buffer, by: number): void {
  const at = dataOffsetAt(file)
  file.writeUInt32BE(file.readUInt32BE(at) + by, at)
}

function dataOffsetAt(file: Buffer): number {
  const iloc = find(file, ['meta', 'iloc'])[1]!
  const version = file[iloc.at + 8]!
  // Sizes of fields and number of items, then the item: identifier, method in later versions, reference, extents.
  return iloc.at + 12 + 2 + 2 + 2 + (version > 0 ? 2 : 0) + 2 + baseBytes(file, iloc) + 2
}

function baseBytes(file: Buffer, iloc: Place): number {
  return file[iloc.at + 13]! >> 4
}

/** The image of a file as the only frame of a track. */
function toSequence(file: Buffer): Buffer {
  const ipco = find(file, ['meta', 'iprp', 'ipco'])[2]!
  const configuration = boxesIn(file, ipco.at + 8, ipco.end).find(({ type }) => type === 'av1C')!
  const offsetAt = dataOffsetAt(file)
  // The offset counts from the base, which stands before the number of extents.
  const start = file.readUInt32BE(offsetAt) + file.readUInt32BE(offsetAt - 6)
  const frame = file.subarray(start, start + file.readUInt32BE(offsetAt + 4))
  const head = box('ftyp', ascii('avis'), u32(0), ascii('avis'), ascii('msf1'))
  const entry = box('av01', sampleEntry(), file.subarray(configuration.at, configuration.end))
  const movie = (dataAt: number) =>
    box(
      'moov',
      box(
        'trak',
        box(
          'mdia',
          box('hdlr', u32(0), u32(0), ascii('pict'), Buffer.alloc(13)),
          box(
            'minf',
            box(
              'stbl',
              box('stsd', u32(0), u32(1), entry),
              box('stsz', u32(0), u32(0), u32(1), u32(frame.length)),
              box('stco', u32(0), u32(1), u32(dataAt)),
            ),
          ),
        ),
      ),
    )
  return Buffer.concat([head, movie(head.length + movie(0).length + 8), box('mdat', frame)])
}

function sampleEntry(): Buffer {
  const fields = Buffer.alloc(78)
  fields.writeUInt16BE(1, 6)
  fields.writeUInt16BE(WIDTH, 24)
  fields.writeUInt16BE(HEIGHT, 26)
  return fields
}
