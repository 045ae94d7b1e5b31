import type { Pixels } from '../pixels.ts'
import { rgbConverter } from './colours.ts'
import { readMainDirectory, TAG, type TiffDirectory } from './directory.ts'
import { isReadByLibvips, OLD_JPEG, readLayout, type TiffLayout } from './layout.ts'
import { decodeOldJpeg } from './old-jpeg.ts'
import { eachRow, rangeOf, type SampleRange } from './samples.ts'

/** The page of a TIFF that is shown. */
export interface TiffPage {
  /** Number of the page, from 0. */
  page: number
  width: number
  height: number
  /** As in EXIF. */
  orientation: number
  /** Whether sharp decodes the page, row by row. Otherwise, and if that fails, `decode` does. */
  isReadByLibvips: boolean
  /** Decodes the page as a whole, not turned upright, as far as its data reach. @throws {Error} the reason */
  decode(): Promise<Pixels>
}

/** @throws {Error} the reason, if the directory is damaged or of an unsupported kind */
export function openTiff(bytes: Uint8Array): TiffPage {
  const directory = readMainDirectory(bytes)
  const layout = readLayout(directory)
  const { width, height, orientation } = layout
  return {
    page: directory.page,
    width,
    height,
    orientation,
    isReadByLibvips: isReadByLibvips(layout),
    decode: async () =>
      layout.compression === OLD_JPEG ? decodeOldJpeg(directory, layout) : decodeSamples(directory, layout),
  }
}

function decodeSamples(directory: TiffDirectory, layout: TiffLayout): Pixels {
  const { width, height, bits, alpha, isPremultiplied } = layout
  const range = rangeOf(directory, layout, statedRange(directory))
  const toRgb = rgbConverter(layout, range, directory.numbers(TAG.colourMap))
  // Planar channels come one after the other, so the samples of the whole picture are collected first.
  const all = layout.isPlanar ? new Float32Array(width * height * layout.channels) : undefined
  const data = new Uint8Array(width * height * 4).fill(255)
  const alphaMax = layout.format === 'float' ? 1 : 2 ** (layout.format === 'int' ? bits - 1 : bits) - 1
  const put = (samples: Float32Array, at: number, to: number) => {
    toRgb(samples, at, data, to)
    if (alpha === undefined) return
    const opacity = Math.min(1, Math.max(0, samples[at + alpha]! / alphaMax))
    if (isPremultiplied && opacity > 0)
      for (let channel = 0; channel < 3; channel++)
        data[to + channel] = Math.min(255, Math.round(data[to + channel]! / opacity))
    data[to + 3] = Math.round(opacity * 255)
  }
  const share = eachRow(directory, layout, ({ x, y, channel, channels, width: count, samples }) => {
    const first = y * width + x
    for (let n = 0; n < count; n++) {
      if (all === undefined) put(samples, n * channels, (first + n) * 4)
      else all[(first + n) * layout.channels + channel] = samples[n]!
    }
  })
  if (all !== undefined) for (let n = 0; n < width * height; n++) put(all, n * layout.channels, n * 4)
  return { width, height, channels: 4, data, share }
}

/** The range that a program has written into the file. */
function statedRange({ numbers }: TiffDirectory): SampleRange | undefined {
  for (const [low, high] of [
    [TAG.minimum, TAG.maximum],
    [TAG.minSampleValue, TAG.maxSampleValue],
  ] as const) {
    const min = Math.min(...numbers(low).slice(0, 4))
    const max = Math.max(...numbers(high).slice(0, 4))
    if (Number.isFinite(min) && Number.isFinite(max) && max > min) return { min, max }
  }
  return undefined
}
