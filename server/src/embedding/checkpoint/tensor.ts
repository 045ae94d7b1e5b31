/** Element types that checkpoints hold, by the names that PyTorch gives them. */
export type ElementType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool'

export const ELEMENT_BYTES: Record<ElementType, number> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
}

/** A tensor in a file, read on demand. */
export interface StoredTensor {
  shape: readonly number[]
  type: ElementType
  /** @returns its values, row-major, as float32 */
  read(): Promise<Float32Array>
}

/** Tensors by name. */
export type TensorMap = Map<string, StoredTensor>

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** @param bytes little-endian elements; @returns them as float32 */
export function toFloat32(bytes: Uint8Array, type: ElementType): Float32Array {
  const count = bytes.byteLength / ELEMENT_BYTES[type]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (type) {
    case 'float32':
      return new Float32Array(copyOf(bytes))
    case 'float64':
      return Float32Array.from({ length: count }, (_, i) => view.getFloat64(8 * i, true))
    case 'float16':
      return Float32Array.from({ length: count }, (_, i) => view.getFloat16(2 * i, true))
    case 'bfloat16': {
      // The upper half of a float32.
      const words = new Uint32Array(count)
      for (let i = 0; i < count; i++) words[i] = view.getUint16(2 * i, true) << 16
      return new Float32Array(words.buffer)
    }
    case 'int64':
      return Float32Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)))
    case 'int32':
      return Float32Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true))
    case 'int16':
      return Float32Array.from({ length: count }, (_, i) => view.getInt16(2 * i, true))
    case 'int8':
      return Float32Array.from(new Int8Array(copyOf(bytes)))
    case 'uint8':
    case 'bool':
      return Float32Array.from(bytes)
  }
}

/** Copies bytes to an aligned address. The `slice` of a Buffer would be a view. */
function copyOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

/**
 * Lays a view of a storage out row by row.
 * @param strides distance of neighbours along each dimension, in elements
 */
export function gather(
  storage: Float32Array,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Float32Array {
  const count = elementsOf(shape)
  if (isRowMajor(shape, strides)) return storage.slice(offset, offset + count)
  const values = new Float32Array(count)
  const position = shape.map(() => 0)
  let at = offset
  for (let n = 0; n < count; n++) {
    values[n] = storage[at]!
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d]!
      if (++position[d]! < shape[d]!) break
      at -= position[d]! * strides[d]!
      position[d] = 0
    }
  }
  return values
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== expected) return false
    expected *= shape[d]!
  }
  return true
}
