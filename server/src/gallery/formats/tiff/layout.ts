import { TAG, type TiffDirectory } from './directory.ts'

/** How the pixels of a page are stored. */
export interface TiffLayout {
  width: number
  height: number
  bits: number
  channels: number
  format: 'uint' | 'int' | 'float'
  compression: number
  photometric: number
  predictor: number
  /** Each channel in strips or tiles of its own. */
  isPlanar: boolean
  /** Size of a strip or tile. */
  chunkWidth: number
  chunkHeight: number
  offsets: number[]
  byteCounts: number[]
  /** Channel of the alpha, if any, and whether colours are multiplied by it. */
  alpha: number | undefined
  isPremultiplied: boolean
  orientation: number
  isBitsReversed: boolean
}

export const PHOTOMETRIC = {
  whiteIsZero: 0,
  blackIsZero: 1,
  rgb: 2,
  palette: 3,
  mask: 4,
  cmyk: 5,
  ycbcr: 6,
  cieLab: 8,
  iccLab: 9,
  ituLab: 10,
} as const
export const OLD_JPEG = 6
const FORMATS = ['uint', 'uint', 'int', 'float', 'uint'] as const
const ASSOCIATED_ALPHA = 1
const UNASSOCIATED_ALPHA = 2

/** @throws {Error} if the values contradict each other */
export function readLayout(directory: TiffDirectory): TiffLayout {
  const { numbers, number } = directory
  const width = number(TAG.width, 0)
  const height = number(TAG.height, 0)
  const isTiled = numbers(TAG.tileOffsets).length > 0 || number(TAG.tileWidth, 0) > 0
  const channels = number(TAG.samplesPerPixel, 1)
  const photometric = number(TAG.photometric, channels >= 3 ? PHOTOMETRIC.rgb : PHOTOMETRIC.blackIsZero)
  const extra = numbers(TAG.extraSamples)
  const colours = coloursOf(photometric)
  const alphaAt = extra.findIndex((kind) => kind === ASSOCIATED_ALPHA || kind === UNASSOCIATED_ALPHA)
  const bits = numbers(TAG.bitsPerSample)
  const format = FORMATS[number(TAG.sampleFormat, 1)]
  if (format === undefined) throw new Error('a TIFF of complex numbers is not supported')
  if (bits.some((value) => value !== bits[0]))
    throw new Error('a TIFF with channels of different depths is not supported')
  const layout: TiffLayout = {
    width,
    height,
    bits: bits[0] ?? 1,
    channels,
    format,
    compression: number(TAG.compression, 1),
    photometric,
    predictor: number(TAG.predictor, 1),
    isPlanar: number(TAG.planarConfiguration, 1) === 2 && channels > 1,
    chunkWidth: isTiled ? number(TAG.tileWidth, width) : width,
    chunkHeight: isTiled
      ? number(TAG.tileHeight, height)
      : Math.min(height, number(TAG.rowsPerStrip, height)),
    offsets: numbers(isTiled ? TAG.tileOffsets : TAG.stripOffsets),
    byteCounts: numbers(isTiled ? TAG.tileByteCounts : TAG.stripByteCounts),
    alpha: alphaAt >= 0 && colours + alphaAt < channels ? colours + alphaAt : undefined,
    isPremultiplied: extra[alphaAt] === ASSOCIATED_ALPHA,
    orientation: number(TAG.orientation, 1),
    isBitsReversed: number(TAG.fillOrder, 1) === 2,
  }
  checkNumbers(layout)
  return layout
}

const MAX_BITS = 64
/** Samples in a row of a strip or tile. */
const MAX_ROW_SAMPLES = 100_000_000

/** Refuses numbers that would make loops endless or reserve too much memory. */
function checkNumbers({ bits, channels, chunkWidth, chunkHeight }: TiffLayout): void {
  const isPossible = bits >= 1 && bits <= MAX_BITS && channels >= 1 && chunkWidth >= 1 && chunkHeight >= 1
  if (!isPossible || chunkWidth * channels > MAX_ROW_SAMPLES) throw new Error('its directory is damaged')
}

/** Channels of a colour, without extra ones. */
export function coloursOf(photometric: number): number {
  const { rgb, cmyk, ycbcr, cieLab, iccLab, ituLab } = PHOTOMETRIC
  if (photometric === cmyk) return 4
  return [rgb, ycbcr, cieLab, iccLab, ituLab].includes(photometric as 2) ? 3 : 1
}

/** Whether libvips converts the page to the right colours. It clips numbers that are not 8 or 16 bits and unsigned. */
export function isReadByLibvips({ bits, channels, format, compression, photometric }: TiffLayout): boolean {
  const isUsualDepth = bits === 8 || bits === 16 || (channels === 1 && [1, 2, 4].includes(bits))
  const isLab = photometric >= PHOTOMETRIC.cieLab && photometric <= PHOTOMETRIC.ituLab
  return isUsualDepth && format === 'uint' && !isLab && compression !== OLD_JPEG
}
