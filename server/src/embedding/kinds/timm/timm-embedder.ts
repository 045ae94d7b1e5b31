import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../../errors.ts'
import {
  channelsArgument,
  deviationArgument,
  fileArgument,
  parseArguments,
  sizeArgument,
} from '../../arguments.ts'
import { openCheckpoint } from '../../checkpoint/open-checkpoint.ts'
import type { Embedder, ImageKind } from '../../embedder.ts'
import type { LoadContext } from '../../load-context.ts'
import { FINGERPRINT_DIGITS } from '../../model-files.ts'
import { IMAGENET, type Normalisation, RAW } from '../../pixels.ts'
import type { EmbedderDefinition } from '../../registry.ts'
import { type OnnxModel, openOnnxModel } from '../onnx/model.ts'
import { writeModel } from '../onnx/write-model.ts'
import { findBackbone } from './backbones.ts'
import { buildGraph } from './build-graph.ts'

const ARGUMENTS = {
  timm_backbone: z.string().min(1).default('convnext_tiny.fb_in22k'),
  weights_path: fileArgument,
  embedding_size: z.int().min(1).optional(),
  hidden_layer_size: z.int().min(1).optional(),
  normalize: z.boolean().default(true),
  mean: channelsArgument.optional(),
  std: deviationArgument.optional(),
  input_size: sizeArgument.refine(([w, h]) => w === h, { message: 'has to be square' }).optional(),
}

/** The constructor of the reference implementation has its arguments in this order; version 0.1 had that of `ARGUMENTS`. */
const REFERENCE_ORDER = ['embedding_size', 'hidden_layer_size', 'timm_backbone', 'weights_path'] as const

/** Increased whenever the same weights lead to a different graph; older graphs are then built again. */
const GRAPH_VERSION = 1
/** Input for which the reference's network was trained on sketches: grey pixels in -1…1. */
const SKETCH: Normalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], isGrey: true }

/**
 * The reference's `DefaultEmbedder`: a timm backbone with a projection head, read from a PyTorch checkpoint or a
 * safetensors file and run by ONNX Runtime. The graph is kept for the next start.
 * @throws {Error} if the checkpoint can't be read or is not one of that network
 */
export async function createTimmEmbedder(
  definition: EmbedderDefinition,
  context: LoadContext,
): Promise<Embedder> {
  const options = parseArguments(definition, inOrderOf(definition))
  const model = await openGraph(options, context)
  const normalisation = normalisationOf(options)
  return {
    dimensions: model.dimensions!,
    inputSize: model.inputSize,
    threads: model.threads,
    embed: (images, kind) => model.embed(images, normalisation[kind]),
    close: () => model.close(),
  }
}

type Options = ReturnType<typeof parseArguments<typeof ARGUMENTS>>

/** The first positional argument of the reference implementation is a number, that of version 0.1 the name of a backbone. */
function inOrderOf({ args }: EmbedderDefinition): typeof ARGUMENTS {
  if (typeof args[0] !== 'number') return ARGUMENTS
  const first = Object.fromEntries(REFERENCE_ORDER.map((name) => [name, ARGUMENTS[name]]))
  return { ...(first as Pick<typeof ARGUMENTS, (typeof REFERENCE_ORDER)[number]>), ...ARGUMENTS }
}

function normalisationOf({ normalize, mean, std }: Options): Record<ImageKind, Normalisation> {
  if (!normalize) return { photo: RAW, sketch: RAW }
  return { photo: { mean: mean ?? IMAGENET.mean, std: std ?? IMAGENET.std, isGrey: false }, sketch: SKETCH }
}

/** Opens the graph that was kept; one that is missing or damaged is built from the checkpoint. */
async function openGraph(options: Options, context: LoadContext): Promise<OnnxModel> {
  const name = `${context.fingerprint.slice(0, FINGERPRINT_DIGITS)}-${GRAPH_VERSION}.onnx`
  const path = join(context.cacheDirectory, name)
  if (existsSync(path)) {
    try {
      return await openOnnxModel({ path }, context)
    } catch (error) {
      context.say(`The graph in ${path} can't be used and is built again: ${messageOf(error)}`)
    }
  }
  await buildFile(path, options, context)
  return openOnnxModel({ path }, context)
}

async function buildFile(path: string, options: Options, context: LoadContext): Promise<void> {
  const {
    timm_backbone: name,
    weights_path: weightsPath,
    embedding_size,
    hidden_layer_size,
    input_size,
  } = options
  const backbone = findBackbone(name)
  context.progress(`building the network ${backbone.name} from ${weightsPath}`)
  await mkdir(context.cacheDirectory, { recursive: true })
  const checkpoint = await openCheckpoint(weightsPath)
  try {
    const head = { embeddingSize: embedding_size, hiddenSize: hidden_layer_size }
    const { graph, hasHead } = buildGraph(checkpoint.tensors, backbone, head, input_size?.[0])
    if (!hasHead) context.say(`${weightsPath} has no projection head: its pooled features are the embedding.`)
    await writeModel(graph, path)
  } catch (error) {
    throw new Error(`${weightsPath}: ${messageOf(error)}`, { cause: error })
  } finally {
    checkpoint.close()
  }
}
