import type { Layout } from '../../pixels.ts'

export const POOLINGS = ['cls', 'mean', 'max', 'flatten'] as const
/** How one vector is made of many: that of the first token, or of all. */
export type Pooling = (typeof POOLINGS)[number]

/**
 * Returns the values of a tensor. The runtime returns half-precision values as 16-bit integers or as a Float16Array.
 * @throws {Error} if the values are no floating-point numbers of 16 or 32 bits
 */
export function toFloats({ type, data }: { type: string; data: unknown }): Float32Array {
  if (data instanceof Float32Array) return data
  if (type === 'float16' && ArrayBuffer.isView(data)) {
    return Float32Array.from(
      new Float16Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 2),
    )
  }
  throw new Error(`its output is of the type ${type}, where float32 or float16 is needed`)
}

/**
 * Returns one vector per image from the output of a model: a list of tokens `[count, tokens, width]` (default: the first), a
 * map `[count, channels, height, width]`, or with the channels last as its input has them (default: the mean over its places),
 * or vectors as they are.
 * @returns `[count, dimensions]`, row-major
 */
export function pooledVectors(
  values: Float32Array,
  shape: readonly number[],
  count: number,
  pooling: Pooling | undefined,
  layout: Layout = 'NCHW',
): Float32Array {
  const [images, ...rest] = shape
  if (images !== count) throw new Error(`it returned ${shape.join(' × ')} for ${count} images`)
  if (rest.length <= 1 || pooling === 'flatten') return values
  if (rest.length === 2) {
    const [tokens, width] = rest as [number, number]
    return pool(values, { count, places: tokens, width, placeStep: width, channelStep: 1 }, pooling ?? 'cls')
  }
  if (rest.length === 3) {
    const width = layout === 'NCHW' ? rest[0]! : rest[2]!
    const places = (rest[0]! * rest[1]! * rest[2]!) / width
    const steps =
      layout === 'NCHW' ? { placeStep: 1, channelStep: places } : { placeStep: width, channelStep: 1 }
    return pool(values, { count, places, width, ...steps }, pooling ?? 'mean')
  }
  throw new Error(`its output has the shape ${shape.join(' × ')}, of which no vector can be made`)
}

/** Layout of the values at the places of an image; steps in elements. */
interface Places {
  count: number
  places: number
  width: number
  placeStep: number
  channelStep: number
}

function pool(
  values: Float32Array,
  { count, places, width, placeStep, channelStep }: Places,
  pooling: Exclude<Pooling, 'flatten'>,
): Float32Array {
  const used = pooling === 'cls' ? 1 : places
  const result = new Float32Array(count * width)
  for (let n = 0; n < count; n++) {
    for (let c = 0; c < width; c++) {
      let total = pooling === 'max' ? Number.NEGATIVE_INFINITY : 0
      for (let p = 0; p < used; p++) {
        const value = values[n * places * width + p * placeStep + c * channelStep]!
        total = pooling === 'max' ? Math.max(total, value) : total + value
      }
      result[n * width + c] = pooling === 'max' ? total : total / used
    }
  }
  return result
}
