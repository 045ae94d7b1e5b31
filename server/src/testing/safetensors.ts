/** Tensors to write; the values are converted to the type. */
export interface TensorToWrite {
  type: 'F32' | 'F16' | 'BF16'
  shape: readonly number[]
  values: Float32Array
}

/** A safetensors file. */
export function encodeSafetensors(tensors: Record<string, TensorToWrite>): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  const parts: Buffer[] = []
  let offset = 0
  for (const [name, { type, shape, values }] of Object.entries(tensors)) {
    const part = encode(type, values)
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + part.length] }
    parts.push(part)
    offset += part.length
  }
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json, ...parts])
}

function encode(type: TensorToWrite['type'], values: Float32Array): Buffer {
  if (type === 'F32') return Buffer.from(values.slice().buffer)
  if (type === 'F16') return Buffer.from(Float16Array.from(values).buffer)
  const words = new Uint32Array(values.slice().buffer)
  return Buffer.from(Uint16Array.from(words, (word) => word >>> 16).buffer)
}
