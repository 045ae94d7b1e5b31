import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../../errors.ts'
import { openCheckpoint } from '../../checkpoint/open-checkpoint.ts'
import type { Embedder } from '../../embedder.ts'
import type { LoadContext } from '../../load-context.ts'
import { FINGERPRINT_DIGITS } from '../../model-files.ts'
import type { EmbedderDefinition } from '../../registry.ts'
import { type OnnxModel, openOnnxModel } from '../onnx/model.ts'
import { removeUnfinished, writeModel } from '../onnx/write-model.ts'
import { findBackbone } from './backbones.ts'
import { buildGraph } from './build-graph.ts'
import {
  normalisationNote,
  normalisationOf,
  parseTimmArguments,
  type TimmArguments,
} from './timm-arguments.ts'

/** Increased whenever the same weights lead to a different graph; older graphs are then built again. */
const GRAPH_VERSION = 1

/**
 * The reference's `DefaultEmbedder`: a timm backbone with a projection head, read from a PyTorch checkpoint or a safetensors
 * file and run by ONNX Runtime. The graph is stored for the next start.
 * @throws {Error} if the checkpoint can't be read or is not one of that network
 */
export async function createTimmEmbedder(
  definition: EmbedderDefinition,
  context: LoadContext,
): Promise<Embedder> {
  const options = parseTimmArguments(definition)
  const model = await openGraph(options, context, isNamed(definition, options))
  const normalisation = normalisationOf(options)
  const note = normalisationNote(definition, options)
  if (note !== undefined) context.log(note)
  return {
    dimensions: model.dimensions!,
    inputSize: model.inputSize,
    threads: model.threads,
    embed: (images, kind) => model.embed(images, normalisation[kind]),
    close: () => model.close(),
  }
}

/** Opens the stored graph, or builds it from the checkpoint if it is missing or damaged. */
async function openGraph(
  options: TimmArguments,
  context: LoadContext,
  isBackboneNamed: boolean,
): Promise<OnnxModel> {
  const name = `${context.fingerprint.slice(0, FINGERPRINT_DIGITS)}-${GRAPH_VERSION}.onnx`
  const path = join(context.cacheDirectory, name)
  await removeUnfinished(path)
  if (existsSync(path)) {
    try {
      return await openOnnxModel({ path }, context)
    } catch (error) {
      context.log(`The graph in ${path} can't be used and is built again: ${messageOf(error)}`)
    }
  }
  await buildFile(path, options, context, isBackboneNamed)
  return openOnnxModel({ path }, context)
}

/** Whether the definition names its backbone. Otherwise it is the default. */
function isNamed({ args, kwargs }: EmbedderDefinition, { timm_backbone }: TimmArguments): boolean {
  return args.includes(timm_backbone) || (kwargs.timm_backbone ?? undefined) !== undefined
}

async function buildFile(
  path: string,
  options: TimmArguments,
  context: LoadContext,
  isBackboneNamed: boolean,
): Promise<void> {
  const {
    timm_backbone: name,
    weights_path: weightsPath,
    embedding_size,
    hidden_layer_size,
    input_size,
  } = options
  const found = findBackbone(name)
  const backbone = isBackboneNamed
    ? found
    : { ...found, name: `${found.name} (the default of timm_backbone)` }
  context.progress(`building the network ${found.name} from ${weightsPath}`)
  await mkdir(context.cacheDirectory, { recursive: true })
  const checkpoint = await openCheckpoint(weightsPath)
  try {
    const head = { embeddingSize: embedding_size, hiddenSize: hidden_layer_size }
    const { graph, hasHead } = buildGraph(checkpoint.tensors, backbone, head, input_size?.[0])
    if (!hasHead) context.log(`${weightsPath} has no projection head: its pooled features are the embedding.`)
    await writeModel(graph, path)
  } catch (error) {
    throw new Error(`${weightsPath}: ${messageOf(error)}`, { cause: error })
  } finally {
    checkpoint.close()
  }
}
