import type { ImageBatch } from './embedder.ts'

/** Normalisation of pixels that a network expects: each channel minus its mean, divided by its deviation. */
export interface Normalisation {
  mean: readonly number[]
  std: readonly number[]
  /** Whether pixels are converted to grey first. */
  isGrey: boolean
}

/** Values of the photographs of ImageNet, in 0…1. */
export const IMAGENET: Normalisation = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  isGrey: false,
}
export const RAW: Normalisation = { mean: [0, 0, 0], std: [1, 1, 1], isGrey: false }

export type Layout = 'NCHW' | 'NHWC'

/** ITU-R BT.601, as Pillow and OpenCV make grey. */
const LUMA = [0.299, 0.587, 0.114] as const

/**
 * @param channels 3, or 1 for networks that see grey
 * @returns the batch in the layout of the network, normalised
 */
export function layOut(
  { data, count, height, width }: ImageBatch,
  { mean, std, isGrey }: Normalisation,
  layout: Layout,
  channels: 1 | 3,
): Float32Array {
  const area = height * width
  const result = new Float32Array(count * area * channels)
  const [step, plane] = layout === 'NCHW' ? [1, area] : [channels, 1]
  const takesGrey = isGrey || channels === 1
  for (let n = 0; n < count; n++) {
    const image = data.subarray(n * area * 3, (n + 1) * area * 3)
    const grey = takesGrey ? luminance(image) : undefined
    for (let c = 0; c < channels; c++) {
      const [from, stride] = grey === undefined ? [c, 3] : [0, 1]
      const values = grey ?? image
      const start = n * area * channels + c * plane
      const offset = mean[c]!
      const scale = 1 / std[c]!
      for (let i = 0; i < area; i++) result[start + i * step] = (values[from + i * stride]! - offset) * scale
    }
  }
  return result
}

/** Returns pixels of 0…1 as bytes. A callback for each pixel would take ten times as long. */
export function toBytes(pixels: Float32Array): Uint8Array {
  const bytes = new Uint8Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) bytes[i] = pixels[i]! * 255 + 0.5
  return bytes
}

function luminance(image: Float32Array): Float64Array {
  const grey = new Float64Array(image.length / 3)
  for (let i = 0, at = 0; i < grey.length; i++, at += 3)
    grey[i] = LUMA[0] * image[at]! + LUMA[1] * image[at + 1]! + LUMA[2] * image[at + 2]!
  return grey
}
