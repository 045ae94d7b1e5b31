import { PHOTOMETRIC, type TiffLayout } from './layout.ts'
import type { SampleRange } from './samples.ts'

/** Writes the colour of a pixel, 0 to 255, from its samples. */
export type ToRgb = (samples: Float32Array, at: number, out: Uint8Array, to: number) => void

/** @throws {Error} if the kind of colours is not supported */
export function rgbConverter(
  { photometric, bits, format }: TiffLayout,
  { min, max }: SampleRange,
  colourMap: readonly number[],
): ToRgb {
  const scale = max > min ? 1 / (max - min) : 1
  const unit = (value: number) => Math.min(1, Math.max(0, (value - min) * scale))
  const byte = (value: number) => Math.round(unit(value) * 255)
  switch (photometric) {
    case PHOTOMETRIC.whiteIsZero:
      return (samples, at, out, to) => void out.fill(255 - byte(samples[at]!), to, to + 3)
    case PHOTOMETRIC.blackIsZero:
    case PHOTOMETRIC.mask:
      return (samples, at, out, to) => void out.fill(byte(samples[at]!), to, to + 3)
    case PHOTOMETRIC.rgb:
      return (samples, at, out, to) => {
        for (let channel = 0; channel < 3; channel++) out[to + channel] = byte(samples[at + channel]!)
      }
    case PHOTOMETRIC.palette:
      return (samples, at, out, to) => {
        const colours = colourMap.length / 3
        for (let channel = 0; channel < 3; channel++)
          out[to + channel] = (colourMap[samples[at]! + channel * colours] ?? 0) >> 8
      }
    case PHOTOMETRIC.cmyk:
      return (samples, at, out, to) => {
        const light = 1 - unit(samples[at + 3]!)
        for (let channel = 0; channel < 3; channel++)
          out[to + channel] = Math.round((1 - unit(samples[at + channel]!)) * light * 255)
      }
    case PHOTOMETRIC.cieLab:
    case PHOTOMETRIC.iccLab:
    case PHOTOMETRIC.ituLab: {
      const toLab = labReader(bits, format, photometric === PHOTOMETRIC.cieLab)
      return (samples, at, out, to) => labToRgb(toLab(samples, at), out, to)
    }
    default:
      throw new Error(`a TIFF with colours of kind ${photometric} is not supported`)
  }
}

type Lab = [lightness: number, a: number, b: number]

/**
 * CIE L*a*b* (TIFF 6.0, section 23) stores a and b as signed numbers, ICC L*a*b* with an offset of half the range.
 * Lightness is 0 to 100, and 8 bits of a and b are −128 to 127.
 */
function labReader(
  bits: number,
  format: TiffLayout['format'],
  isSigned: boolean,
): (samples: Float32Array, at: number) => Lab {
  if (format === 'float') return (samples, at) => [samples[at]!, samples[at + 1]!, samples[at + 2]!]
  const full = 2 ** bits - 1
  const unitsPerStep = 2 ** (bits - 8)
  // In 16 bits, ICC L*a*b* ends at FF00.
  const white = isSigned || bits === 8 ? full : 0xff00
  const chroma = (value: number) => {
    if (!isSigned) return value / unitsPerStep - 128
    return (value > full / 2 ? value - full - 1 : value) / unitsPerStep
  }
  return (samples, at) => [(samples[at]! / white) * 100, chroma(samples[at + 1]!), chroma(samples[at + 2]!)]
}

const D50 = [0.9642, 1, 0.8249] as const
/** XYZ of D50 to linear sRGB, adapted by Bradford (Lindbloom). */
const TO_SRGB = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const

function labToRgb([lightness, a, b]: Lab, out: Uint8Array, to: number): void {
  const y = (lightness + 16) / 116
  const linear = (t: number) => (t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29))
  const xyz = [linear(y + a / 500) * D50[0], linear(y) * D50[1], linear(y - b / 200) * D50[2]] as const
  for (const [channel, row] of TO_SRGB.entries()) {
    const light = row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2]
    const encoded = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055
    out[to + channel] = Math.round(Math.min(1, Math.max(0, encoded)) * 255)
  }
}
