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
  const scale = std.map((deviation) => 1 / deviation)
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < area; i++) {
      const from = (n * area + i) * 3
      const to = n * area * channels + i * step
      if (isGrey || channels === 1) {
        const grey = LUMA[0] * data[from]! + LUMA[1] * data[from + 1]! + LUMA[2] * data[from + 2]!
        for (let c = 0; c < channels; c++) result[to + c * plane] = (grey - mean[c]!) * scale[c]!
      } else {
        for (let c = 0; c < 3; c++) result[to + c * plane] = (data[from + c]! - mean[c]!) * scale[c]!
      }
    }
  }
  return result
}
