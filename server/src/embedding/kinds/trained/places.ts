import type { Output } from '../onnx/model.ts'

/**
 * Scales the features at the places of images so that their mean has unit length. The mean over the places of the cosine to a query
 * is then the cosine of the whole image, as far as its vector comes from these features.
 * @param values `[count, height, width, features]`; with fewer features than dimensions, the others are 0
 * @returns `[count, height, width, dimensions]`
 */
export function scaledPlaces({ values, shape }: Output, dimensions: number): Float32Array {
  const [count, height, width, features] = shape as [number, number, number, number]
  const places = height * width
  const result = new Float32Array(count * places * dimensions)
  for (let n = 0; n < count; n++) {
    const image = values.subarray(n * places * features, (n + 1) * places * features)
    const scale = 1 / meanLength(image, places, features)
    for (let place = 0; place < places; place++) {
      const to = (n * places + place) * dimensions
      for (let i = 0; i < features; i++) result[to + i] = scale * image[place * features + i]!
    }
  }
  return result
}

/** @returns the length of the mean, above 0 */
function meanLength(image: Float32Array, places: number, features: number): number {
  let squares = 0
  for (let i = 0; i < features; i++) {
    let sum = 0
    for (let place = 0; place < places; place++) sum += image[place * features + i]!
    squares += (sum / places) ** 2
  }
  return Math.sqrt(squares) || 1
}
