import { DEFAULT_INPUT_SIZE, type ImageBatch } from '../../embedder.ts'
import type { LoadContext } from '../../load-context.ts'
import { type Layout, layOut, type Normalisation } from '../../pixels.ts'
import { trialBatch } from '../../process/probe.ts'
import { type OnnxSession, openSession, type Port, Tensor } from './session.ts'
import { tuneThreads } from './tuning.ts'
import { type Pooling, pooledVectors, toFloats } from './vectors.ts'

export interface OnnxModelOptions {
  path: string
  /** Width and height, for a model that takes any. */
  inputSize?: [number, number] | undefined
  layout?: Layout | undefined
  /** Name of the output. Default: the one that is named like an embedding, else the first with one vector per image. */
  output?: string | undefined
  pooling?: Pooling | undefined
}

/** An ONNX file as a function from images to vectors. */
export interface OnnxModel {
  readonly inputSize: { width: number; height: number }
  /** Whether the model takes pixels as integers 0…255, to which no normalisation is applied. */
  readonly takesBytes: boolean
  readonly threads: number
  /** Length of the vectors, if the model declares it. */
  readonly dimensions: number | undefined
  /**
   * @param outputName another output than the chosen one
   * @returns `[count, dimensions]`, row-major
   */
  embed(images: ImageBatch, normalisation: Normalisation, outputName?: string): Promise<Float32Array>
  /** Returns the values of an output as they are, for models that take any number of images. */
  output(images: ImageBatch, normalisation: Normalisation, name: string): Promise<Output>
  close(): Promise<void>
}

export interface Output {
  values: Float32Array
  shape: readonly number[]
}

const EMBEDDING_NAMES = [
  'image_embeds',
  'image_embeddings',
  'embeddings',
  'embedding',
  'pooler_output',
  'features',
]
const INPUT_TYPES = ['float32', 'float16', 'uint8']

/** @throws {Error} if the file can't be read, or its input is no batch of images */
export async function openOnnxModel(options: OnnxModelOptions, context: LoadContext): Promise<OnnxModel> {
  const open = (threads: number) => openSession(options.path, context.device, threads, context.warn)
  const first = await open(context.threads ?? 1)
  const input = findInput(first, options)
  const output = findOutput(first, options.output, context.log)
  const run = (session: OnnxSession, batch: ImageBatch, normalisation: Normalisation, name = output.name) =>
    session.run({ [input.name]: toTensor(batch, normalisation, input) }, name)
  const blank = trialBatch(input, input.batch)
  const session = await tuneThreads(first, open, (candidate) => run(candidate, blank, NEUTRAL), context)

  return {
    takesBytes: input.type === 'uint8',
    inputSize: { width: input.width, height: input.height },
    threads: session.threads,
    dimensions: output.shape.length === 2 ? output.shape[1] : undefined,
    async embed(images, normalisation, outputName) {
      const parts: Float32Array[] = []
      const size = input.batch ?? images.count
      for (const part of size === images.count ? [images] : cut(images, size)) {
        const result = await run(session, part, normalisation, outputName)
        parts.push(pooledVectors(toFloats(result), result.dims, size, options.pooling, input.layout))
      }
      const dimensions = parts[0]!.length / size
      return joined(parts).subarray(0, images.count * dimensions)
    },
    async output(images, normalisation, name) {
      const result = await run(session, images, normalisation, name)
      return { values: toFloats(result), shape: result.dims }
    },
    close: () => session.close(),
  }
}

const NEUTRAL: Normalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], isGrey: false }

interface ImageInput {
  name: string
  type: 'float32' | 'float16' | 'uint8'
  layout: Layout
  channels: 1 | 3
  width: number
  height: number
  /** Images in one run, if the model needs a fixed number. */
  batch: number | undefined
}

function findInput({ inputs }: OnnxSession, options: OnnxModelOptions): ImageInput {
  const images = inputs.filter(({ shape, type }) => shape.length === 4 && INPUT_TYPES.includes(type))
  if (images.length !== 1 || inputs.length !== 1) {
    throw new Error(
      `it has to have one input, a batch of images (4 dimensions of ${INPUT_TYPES.join(', ')}), but has ${inputs.map(describePort).join('; ')}`,
    )
  }
  const { name, type, shape } = images[0]!
  const isChannels = (size: number | undefined) => size === 3 || size === 1
  const layout = options.layout ?? (!isChannels(shape[1]) && isChannels(shape[3]) ? 'NHWC' : 'NCHW')
  const [c, h, w] = layout === 'NCHW' ? shape.slice(1) : [shape[3], shape[1], shape[2]]
  if (c !== undefined && !isChannels(c)) {
    throw new Error(
      `its input ${describePort(images[0]!)} has ${c} channels as ${layout}, where an image has 3 or 1`,
    )
  }
  const [width, height] = options.inputSize ?? [w, h]
  if ((w ?? width) !== width || (h ?? height) !== height) {
    throw new Error(`input_size: the model takes images of ${w} × ${h} only`)
  }
  return {
    name,
    type: type as ImageInput['type'],
    layout,
    channels: c === 1 ? 1 : 3,
    width: width ?? DEFAULT_INPUT_SIZE.width,
    height: height ?? DEFAULT_INPUT_SIZE.height,
    batch: shape[0],
  }
}

function findOutput({ outputs }: OnnxSession, requested: string | undefined, log: LoadContext['log']): Port {
  if (requested !== undefined) {
    const found = outputs.find(({ name }) => name === requested)
    if (found !== undefined) return found
    throw new Error(
      `output: there is no output "${requested}"; the model has ${outputs.map(describePort).join('; ')}`,
    )
  }
  const byName = EMBEDDING_NAMES.map((known) => outputs.find(({ name }) => name === known)).find(Boolean)
  const chosen = byName ?? outputs.find(({ shape }) => shape.length === 2) ?? outputs[0]
  if (chosen === undefined) throw new Error('it has no output')
  if (outputs.length > 1)
    log(`The model has the outputs ${outputs.map(({ name }) => name).join(', ')}; ${chosen.name} is used.`)
  return chosen
}

export function describePort({ name, type, shape }: Port): string {
  return `${name}: ${type} [${shape.map((size) => size ?? '?').join(', ')}]`
}

function toTensor(batch: ImageBatch, normalisation: Normalisation, input: ImageInput): Tensor {
  const { type, layout, channels } = input
  const { count, height, width } = batch
  const shape = layout === 'NCHW' ? [count, channels, height, width] : [count, height, width, channels]
  if (type === 'uint8') {
    const bytes = layOut(batch, BYTES, layout, channels)
    return new Tensor('uint8', Uint8Array.from(bytes, Math.round), shape)
  }
  const values = layOut(batch, normalisation, layout, channels)
  if (type === 'float32') return new Tensor('float32', values, shape)
  return halfTensor(Float16Array.from(values), shape)
}

/** The native part of onnxruntime-node 1.30 passes half floats as 16-bit integers only, its Tensor as Float16Array. */
function halfTensor(values: Float16Array<ArrayBuffer>, shape: number[]): Tensor {
  const tensor = new Tensor('float16', values as unknown as Uint16Array, shape)
  return Object.defineProperty(tensor, 'data', { value: new Uint16Array(values.buffer) })
}

/** Restores the values 0…255 of the file. */
const BYTES: Normalisation = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255], isGrey: false }

/** Batches of exactly `size`; the last is filled up with blank images. */
function cut({ data, count, height, width }: ImageBatch, size: number): ImageBatch[] {
  const length = height * width * 3
  return Array.from({ length: Math.ceil(count / size) }, (_, n) => {
    const part = new Float32Array(size * length)
    part.set(data.subarray(n * size * length, (n + 1) * size * length))
    return { data: part, count: size, height, width }
  })
}

function joined(parts: Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
