import type { RgbImage } from './resample.ts'

/** A part of a picture; all values 0…1 of its width and height, from the top left. */
export interface Crop {
  x: number
  y: number
  width: number
  height: number
}

/** Cuts a part out; at least one pixel is left. */
export function cropImage({ data, width, height }: RgbImage, crop: Crop): RgbImage {
  const left = Math.min(width - 1, Math.floor(crop.x * width))
  const top = Math.min(height - 1, Math.floor(crop.y * height))
  const right = Math.max(left + 1, Math.min(width, Math.round((crop.x + crop.width) * width)))
  const bottom = Math.max(top + 1, Math.min(height, Math.round((crop.y + crop.height) * height)))
  const rowBytes = (right - left) * 3
  const out = new Uint8Array(rowBytes * (bottom - top))
  for (let y = top; y < bottom; y++) {
    const from = (y * width + left) * 3
    out.set(data.subarray(from, from + rowBytes), (y - top) * rowBytes)
  }
  return { data: out, width: right - left, height: bottom - top }
}
