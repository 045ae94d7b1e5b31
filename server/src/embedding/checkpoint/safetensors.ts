import { type FileHandle, open } from 'node:fs/promises'
import { ELEMENT_BYTES, type ElementType, elementsOf, type TensorMap, toFloat32 } from './tensor.ts'
import type { OpenCheckpoint } from './torch-checkpoint.ts'

const TYPES: Record<string, ElementType> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
}
const LENGTH_BYTES = 8
const HEADER_MAX_BYTES = 100_000_000

/**
 * Opens a `.safetensors` file: the length of a JSON header (u64), the header, then the tensors' bytes
 * (https://huggingface.co/docs/safetensors).
 * @throws {Error} the problem of the file
 */
export async function openSafetensors(path: string): Promise<OpenCheckpoint> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const length =
      size < LENGTH_BYTES ? Number.NaN : Number((await readAt(file, 0, LENGTH_BYTES)).readBigUInt64LE())
    if (!(length <= Math.min(HEADER_MAX_BYTES, size - LENGTH_BYTES)))
      throw new Error('it is not a safetensors file')
    const header = parseHeader(await readAt(file, LENGTH_BYTES, length))
    const tensors = tensorsOf(header, file, LENGTH_BYTES + length, size)
    return { tensors, close: () => void file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

function parseHeader(bytes: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new Error('it is not a safetensors file', { cause: error })
  }
}

function tensorsOf(
  header: Record<string, unknown>,
  file: FileHandle,
  start: number,
  size: number,
): TensorMap {
  const tensors: TensorMap = new Map()
  for (const [name, description] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const { dtype, shape, data_offsets: offsets } = description as Record<string, unknown>
    const type = TYPES[String(dtype)]
    if (type === undefined)
      throw new Error(`the tensor ${name} has the unknown type ${JSON.stringify(dtype)}`)
    const [from, to] = Array.isArray(offsets) ? (offsets as number[]) : []
    const isSound = Array.isArray(shape) && from !== undefined && to !== undefined && from >= 0
    if (!isSound || to - from !== elementsOf(shape) * ELEMENT_BYTES[type] || start + to > size) {
      throw new Error(`the tensor ${name} lies outside the file: it is truncated or damaged`)
    }
    tensors.set(name, {
      shape,
      type,
      read: async () => toFloat32(await readAt(file, start + from, to - from), type),
    })
  }
  return tensors
}

/** @throws {Error} if the file ends before */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw new Error('it is truncated')
    done += bytesRead
  }
  return bytes
}
