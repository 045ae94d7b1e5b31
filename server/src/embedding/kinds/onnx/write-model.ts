import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { PbfWriter } from 'pbf'
import { systemCodeOf } from '../../../errors.ts'
import { type Attribute, type Constant, type Graph, type GraphNode, OPERATOR_SET } from './graph.ts'

/** The version of the file format that goes with operator set 20. */
const IR_VERSION = 9
const ELEMENT_TYPE = { float32: 1, int64: 7 } as const
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const
/** ONNX Runtime folds small constants while it loads, for which they have to be in the model itself. */
const INLINE_MAX_BYTES = 1024
const ALIGNMENT = 64
const LEFT_BEHIND_MS = 10 * 60 * 1000

interface StoredConstant extends Constant {
  data: { inline: Uint8Array } | { file: string; offset: number; length: number }
}

/**
 * Writes a graph as an ONNX model: the graph in `path`, large constants in `path.data` beside it, so that neither memory nor
 * the 2 GiB that a protocol buffer may have limit a network. An existing model was written completely.
 */
export async function writeModel(graph: Graph, path: string): Promise<void> {
  const dataPath = `${path}.data`
  const suffix = `.${process.pid}.tmp`
  try {
    const constants = await writeConstants(graph.constants, `${dataPath}${suffix}`, basename(dataPath))
    await writeFile(`${path}${suffix}`, encodeModel(graph, constants))
    await rename(`${dataPath}${suffix}`, dataPath)
    await rename(`${path}${suffix}`, path)
  } finally {
    await rm(`${dataPath}${suffix}`, { force: true })
    await rm(`${path}${suffix}`, { force: true })
  }
}

/** Removes what a process that was ended left of this model. A file that is being written changes with each constant. */
export async function removeUnfinished(path: string): Promise<void> {
  const directory = dirname(path)
  const names = await readdir(directory).catch((error) => {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw error
  })
  for (const name of names.filter((one) => one.startsWith(basename(path)) && one.endsWith('.tmp'))) {
    const file = join(directory, name)
    const written = await stat(file).catch(() => undefined)
    if (written !== undefined && Date.now() - written.mtimeMs > LEFT_BEHIND_MS)
      await rm(file, { force: true })
  }
}

async function writeConstants(
  constants: Constant[],
  temporaryPath: string,
  finalName: string,
): Promise<StoredConstant[]> {
  const file = await open(temporaryPath, 'w')
  try {
    const stored: StoredConstant[] = []
    let offset = 0
    for (const constant of constants) {
      const values = await constant.read()
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      if (bytes.length <= INLINE_MAX_BYTES) {
        stored.push({ ...constant, data: { inline: bytes.slice() } })
        continue
      }
      await file.write(bytes, 0, bytes.length, offset)
      stored.push({ ...constant, data: { file: finalName, offset, length: bytes.length } })
      offset = Math.ceil((offset + bytes.length) / ALIGNMENT) * ALIGNMENT
    }
    return stored
  } finally {
    await file.close()
  }
}

/** Field numbers as in onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
function encodeModel(graph: Graph, constants: StoredConstant[]): Uint8Array {
  const model = new PbfWriter()
  model.writeVarintField(1, IR_VERSION)
  model.writeStringField(2, 'sketch-search')
  model.writeMessage(7, encodeGraph, { graph, constants })
  model.writeMessage(8, (version, pbf) => pbf.writeVarintField(2, version), OPERATOR_SET)
  return model.finish()
}

function encodeGraph({ graph, constants }: { graph: Graph; constants: StoredConstant[] }, pbf: PbfWriter) {
  for (const node of graph.nodes) pbf.writeMessage(1, encodeNode, node)
  pbf.writeStringField(2, 'embedder')
  for (const constant of constants) pbf.writeMessage(5, encodeConstant, constant)
  pbf.writeMessage(11, encodeValueInfo, graph.input)
  pbf.writeMessage(12, encodeValueInfo, graph.output)
}

function encodeNode({ operator, inputs, output, attributes }: GraphNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input)
  pbf.writeStringField(2, output)
  pbf.writeStringField(3, output)
  pbf.writeStringField(4, operator)
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, encodeAttribute, attribute)
}

function encodeAttribute([name, value]: [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  if (typeof value === 'number') {
    pbf.writeVarintField(3, value)
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.int)
  } else if (typeof value === 'string') {
    pbf.writeStringField(4, value)
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.string)
  } else if (Array.isArray(value)) {
    for (const item of value) pbf.writeVarintField(8, item)
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.ints)
  } else {
    pbf.writeFloatField(2, value.float)
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.float)
  }
}

function encodeConstant({ name, shape, type, data }: StoredConstant, pbf: PbfWriter): void {
  for (const size of shape) pbf.writeVarintField(1, size)
  pbf.writeVarintField(2, ELEMENT_TYPE[type])
  pbf.writeStringField(8, name)
  if ('inline' in data) {
    pbf.writeBytesField(9, data.inline)
    return
  }
  const entries = { location: data.file, offset: String(data.offset), length: String(data.length) }
  for (const entry of Object.entries(entries)) pbf.writeMessage(13, encodeEntry, entry)
  pbf.writeVarintField(14, 1) // EXTERNAL
}

function encodeEntry([key, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key)
  pbf.writeStringField(2, value)
}

function encodeValueInfo({ name, shape }: Graph['input'], pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  pbf.writeMessage(2, (dimensions, type) => type.writeMessage(1, encodeTensorType, dimensions), shape)
}

function encodeTensorType(shape: Graph['input']['shape'], pbf: PbfWriter): void {
  pbf.writeVarintField(1, ELEMENT_TYPE.float32)
  pbf.writeMessage(
    2,
    (sizes, message) => {
      for (const size of sizes) message.writeMessage(1, encodeDimension, size)
    },
    shape,
  )
}

function encodeDimension(size: number | string, pbf: PbfWriter): void {
  if (typeof size === 'number') pbf.writeVarintField(1, size)
  else pbf.writeStringField(2, size)
}
