import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { messageOf, systemCodeOf } from '../../../errors.ts'
import { channelsArgument, deviationArgument, parseArguments, sizeArgument } from '../../arguments.ts'
import type { Embedder, ImageBatch } from '../../embedder.ts'
import type { Device, LoadContext } from '../../load-context.ts'
import { layOut, type Normalisation } from '../../pixels.ts'
import { probeDimensions, trialBatch } from '../../process/probe.ts'
import type { EmbedderDefinition } from '../../registry.ts'
import { workingDirectoryUrl } from '../../working-directory.ts'
import { hasCudaProvider } from '../onnx/cuda.ts'
import { tuneThreads } from '../onnx/tuning.ts'
import { POOLINGS, type Pooling, pooledVectors, toFloats } from '../onnx/vectors.ts'
import { openTextTower, type TextLibrary } from './text-tower.ts'

const PACKAGE = '@huggingface/transformers'

const ARGUMENTS = {
  model: z.string().min(1),
  revision: z.string().min(1).default('main'),
  dtype: z.enum(['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4', 'q4f16', 'bnb4']).default('fp32'),
  offline: z.boolean().default(false),
  model_file_name: z.string().min(1).optional(),
  output: z.string().min(1).optional(),
  pooling: z.enum(POOLINGS).optional(),
  input_size: sizeArgument.optional(),
  mean: channelsArgument.optional(),
  std: deviationArgument.optional(),
}

type Options = ReturnType<typeof parseArguments<typeof ARGUMENTS>>

/** The part of the library that is used. It is an optional dependency. */
interface Transformers extends TextLibrary {
  env: { cacheDir: string; localModelPath: string; allowRemoteModels: boolean }
  AutoConfig: Loader<{ model_type: string }>
  AutoImageProcessor: Loader<ImageProcessor>
  AutoModel: Loader<Model>
  CLIPVisionModelWithProjection: Loader<Model>
  SiglipVisionModel: Loader<Model>
  Tensor: new (type: 'float32', data: Float32Array, dims: number[]) => unknown
}
interface Loader<T> {
  from_pretrained(id: string, options: Record<string, unknown>): Promise<T>
}
interface ImageProcessor {
  do_normalize?: boolean
  image_mean?: number[]
  image_std?: number[]
  do_center_crop?: boolean
  crop_size?: Size
  size?: Size
}
type Size = number | { height?: number; width?: number; shortest_edge?: number }
interface Model {
  (inputs: { pixel_values: unknown }): Promise<Record<string, Output>>
  dispose(): Promise<unknown>
}
interface Output {
  type: string
  dims: readonly number[]
  data: unknown
}

const OUTPUTS = ['image_embeds', 'pooler_output', 'last_hidden_state']

/**
 * `target: transformers`: a vision model by its Hugging Face id or from a folder, through `@huggingface/transformers`. CLIP and
 * SigLIP provide their image tower.
 * @throws {Error} if the library is not installed or the model is not available
 */
export async function createTransformersEmbedder(
  definition: EmbedderDefinition,
  context: LoadContext,
): Promise<Embedder> {
  const options = parseArguments(definition, ARGUMENTS)
  const library = await importTransformers()
  const { id, isLocal, loading } = prepare(library, options, context)
  try {
    const { model_type: type } = await library.AutoConfig.from_pretrained(id, loading)
    const processor = await library.AutoImageProcessor.from_pretrained(id, loading)
    const inputSize = inputSizeOf(options, processor)
    const normalisation = normalisationOf(options, processor)
    const tower = towerOf(library, type)
    const model_file_name = options.model_file_name ?? tower.file
    const load = (device: Device, threads: number) =>
      tower.loader.from_pretrained(id, {
        ...loading,
        device,
        model_file_name,
        session_options: { intraOpNumThreads: threads },
      })
    let device: Device = context.device === 'auto' ? (hasCudaProvider() ? 'cuda' : 'cpu') : context.device
    const open = async (threads: number) => {
      const model = await load(device, threads).catch((error) => {
        if (device === 'cpu') throw error
        context.warn(`The GPU can't be used (${messageOf(error)}); it runs on the CPU.`)
        device = 'cpu'
        return load(device, threads)
      })
      return { threads, model, close: () => model.dispose() }
    }
    const run = (model: Model, images: ImageBatch) => embed(library, model, images, normalisation, options)
    const trial = trialBatch(inputSize)
    const first = await open(context.threads ?? 1)
    const { threads, model } = await tuneThreads(first, open, ({ model }) => run(model, trial), context)
    const text = await openTextTower(library, type, id, { ...loading, device }, context.warn)
    return {
      dimensions: await probeDimensions((images) => run(model, images), inputSize),
      inputSize,
      threads,
      embed: (images) => run(model, images),
      ...(text && { embedText: (texts) => text.embed(texts) }),
      close: async () => void (await Promise.all([model.dispose(), text?.close()])),
    }
  } catch (error) {
    const isForbidden = options.offline && !isLocal
    const hint = isForbidden ? '; if it has not been downloaded before, "offline: true" forbids that' : ''
    throw new Error(`the model ${options.model} can't be loaded: ${messageOf(error)}${hint}`, {
      cause: error,
    })
  }
}

async function importTransformers(): Promise<Transformers> {
  // The library may be installed in the working directory instead of beside the server.
  for (const find of [
    () => import.meta.resolve(PACKAGE),
    () => import.meta.resolve(PACKAGE, workingDirectoryUrl()),
  ]) {
    try {
      return await import(find())
    } catch (error) {
      if (systemCodeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error
    }
  }
  throw new Error(
    `"target: transformers" needs the package ${PACKAGE}: install it with "npm install ${PACKAGE}"`,
  )
}

/** @returns the arguments with which the library loads the model: a name in a folder, or an id in the hub */
function prepare({ env }: Transformers, options: Options, context: LoadContext) {
  env.cacheDir = join(context.cacheDirectory, 'transformers')
  const folder = resolve(options.model)
  const isLocal = existsSync(join(folder, 'config.json'))
  if (isLocal) env.localModelPath = dirname(folder)
  env.allowRemoteModels = !isLocal && !options.offline
  const loading = {
    revision: options.revision,
    dtype: options.dtype,
    local_files_only: !env.allowRemoteModels,
    progress_callback({ status, file, progress }: { status: string; file?: string; progress?: number }) {
      if (status === 'progress' && progress !== undefined)
        context.progress(`downloading ${file}`, progress / 100)
    },
  }
  return { id: isLocal ? basename(folder) : options.model, isLocal, loading }
}

function towerOf(library: Transformers, type: string): { loader: Loader<Model>; file?: string } {
  if (type === 'clip') return { loader: library.CLIPVisionModelWithProjection, file: 'vision_model' }
  if (type === 'siglip' || type === 'siglip2')
    return { loader: library.SiglipVisionModel, file: 'vision_model' }
  return { loader: library.AutoModel }
}

async function embed(
  { Tensor }: Transformers,
  model: Model,
  images: ImageBatch,
  normalisation: Normalisation,
  { output: requested, pooling }: { output?: string | undefined; pooling?: Pooling | undefined },
): Promise<Float32Array> {
  const pixels = layOut(images, normalisation, 'NCHW', 3)
  const outputs = await model({
    pixel_values: new Tensor('float32', pixels, [images.count, 3, images.height, images.width]),
  })
  const name = requested ?? OUTPUTS.find((known) => known in outputs) ?? Object.keys(outputs)[0]!
  const output = outputs[name]
  if (output === undefined)
    throw new Error(`output: there is no "${name}"; the model has ${Object.keys(outputs).join(', ')}`)
  return pooledVectors(toFloats(output), output.dims, images.count, pooling)
}

function inputSizeOf({ input_size }: Options, { do_center_crop, crop_size, size }: ImageProcessor) {
  if (input_size !== undefined) return { width: input_size[0], height: input_size[1] }
  const used = (do_center_crop === false ? undefined : crop_size) ?? size ?? 224
  if (typeof used === 'number') return { width: used, height: used }
  const side = used.shortest_edge ?? 224
  return { width: used.width ?? side, height: used.height ?? side }
}

function normalisationOf({ mean, std }: Options, processor: ImageProcessor): Normalisation {
  const isNormalised = processor.do_normalize !== false
  return {
    mean: mean ?? (isNormalised ? processor.image_mean : undefined) ?? [0, 0, 0],
    std: std ?? (isNormalised ? processor.image_std : undefined) ?? [1, 1, 1],
    isGrey: false,
  }
}
