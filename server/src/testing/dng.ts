import sharp from 'sharp'

export interface DngParts {
  /** The picture on the sensor, as any picture file, in the orientation of the sensor. Both sides are even. */
  sensor: Uint8Array
  /** A JPEG beside it. */
  preview?: Uint8Array
  /** EXIF orientation of the sensor data. */
  orientation?: number
  /** Declared size of the sensor, if it is wrong. */
  claimed?: { width: number; height: number }
}

type Values = number[] | string
type Entry = [tag: number, type: keyof typeof TYPES, values: Values]

const TYPES = { byte: 1, ascii: 2, short: 3, long: 4, rational: 5, signedRational: 10 }
const BLACK = 512
const WHITE = 15_512
/** From XYZ to linear sRGB, in ten-thousandths: the sensor's colours are those of the screen. */
const TO_SENSOR = [32_406, -15_372, -4_986, -9_689, 18_758, 415, 557, -2_040, 10_570]

/** A raw photo as cameras and Adobe's converter write it: one colour for each pixel, 16 bits, not compressed (DNG 1.4). */
export async function makeDng({ sensor, preview, orientation = 1, claimed }: DngParts): Promise<Buffer> {
  const { data, info } = await sharp(sensor)
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const thumbnail = await sharp(sensor).resize(32, 16, { fit: 'fill' }).removeAlpha().raw().toBuffer()

  const parts = [Buffer.from('II*\0\0\0\0\0', 'latin1')]
  let end = 8
  const add = (bytes: Buffer): number => {
    const at = end
    const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)])
    parts.push(padded)
    end += padded.length
    return at
  }
  const addDirectory = (entries: Entry[]): number => {
    const rows = entries.map(([tag, type, values]) => {
      const { bytes, count } = encode(type, values)
      const row = Buffer.alloc(12)
      row.writeUInt16LE(tag, 0)
      row.writeUInt16LE(TYPES[type], 2)
      row.writeUInt32LE(count, 4)
      if (bytes.length <= 4) bytes.copy(row, 8)
      else row.writeUInt32LE(add(bytes), 8)
      return row
    })
    const count = Buffer.alloc(2)
    count.writeUInt16LE(rows.length)
    return add(Buffer.concat([count, ...rows, Buffer.alloc(4)]))
  }
  const pictureEntries = (bytes: Buffer, type: number, size: { width: number; height: number }): Entry[] => [
    [254, 'long', [type]],
    [256, 'long', [size.width]],
    [257, 'long', [size.height]],
    [273, 'long', [add(bytes)]],
    [278, 'long', [size.height]],
    [279, 'long', [bytes.length]],
  ]
  const ascending = (entries: Entry[]) => entries.sort(([a], [b]) => a - b)

  const directories = [
    addDirectory(
      ascending([
        ...pictureEntries(filtered(data, info), 0, claimed ?? info),
        [258, 'short', [16]],
        [259, 'short', [1]],
        [262, 'short', [32_803]],
        [277, 'short', [1]],
        [33_421, 'short', [2, 2]],
        [33_422, 'byte', [0, 1, 1, 2]],
        [50_714, 'short', [BLACK]],
        [50_717, 'long', [WHITE]],
      ]),
    ),
  ]
  if (preview !== undefined) {
    const size = await sharp(preview).metadata()
    directories.push(
      addDirectory(
        ascending([
          ...pictureEntries(Buffer.from(preview), 1, size),
          [258, 'short', [8, 8, 8]],
          [259, 'short', [7]],
          [262, 'short', [6]],
          [277, 'short', [3]],
        ]),
      ),
    )
  }
  const first = addDirectory(
    ascending([
      ...pictureEntries(thumbnail, 1, { width: 32, height: 16 }),
      [258, 'short', [8, 8, 8]],
      [259, 'short', [1]],
      [262, 'short', [2]],
      [271, 'ascii', 'Test'],
      [272, 'ascii', `Camera ${width} x ${height}`],
      [274, 'short', [orientation]],
      [277, 'short', [3]],
      [330, 'long', directories],
      [50_706, 'byte', [1, 4, 0, 0]],
      [50_708, 'ascii', 'Test Camera'],
      [50_721, 'signedRational', TO_SENSOR.flatMap((value) => [value, 10_000])],
      [50_728, 'rational', [1, 1, 1, 1, 1, 1]],
      [50_778, 'short', [21]],
    ]),
  )
  parts[0]!.writeUInt32LE(first, 4)
  return Buffer.concat(parts)
}

function encode(type: keyof typeof TYPES, values: Values): { bytes: Buffer; count: number } {
  if (typeof values === 'string') return { bytes: Buffer.from(`${values}\0`), count: values.length + 1 }
  const array =
    { byte: Uint8Array, short: Uint16Array, signedRational: Int32Array }[type as 'byte'] ?? Uint32Array
  const typed = array.from(values)
  const isRational = type.toLowerCase().endsWith('rational')
  return { bytes: Buffer.from(typed.buffer), count: isRational ? values.length / 2 : values.length }
}

/** Through red, green and blue filters in turn (RGGB), as linear light. */
function filtered(rgb: Buffer, { width, height }: { width: number; height: number }): Buffer {
  const linear = Array.from({ length: 256 }, (_, value) => {
    const share = value / 255
    return Math.round(
      BLACK + (WHITE - BLACK) * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4),
    )
  })
  const pixels = new Uint16Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      pixels[y * width + x] = linear[rgb[(y * width + x) * 3 + (y % 2) + (x % 2)]!]!
  return Buffer.from(pixels.buffer)
}
