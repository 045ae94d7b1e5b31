import type { TensorMap } from '../../checkpoint/tensor.ts'
import { createGraphBuilder, type Graph, type Value } from '../onnx/graph.ts'
import type { Backbone } from './backbone.ts'
import { activate, linear, type Network } from './layers.ts'
import { type Weights, weightsOf } from './weights.ts'

/** Sizes of the projection head; undefined: as the checkpoint has them. */
export interface HeadOptions {
  hiddenSize: number | undefined
  embeddingSize: number | undefined
}

export interface BuiltGraph {
  graph: Graph
  hasHead: boolean
}

const HEAD = 'projection_head.'
/** Where the backbone's names begin: in the reference's model, in models that wrap one, in timm's own files. */
const BACKBONE_PREFIXES = ['backbone.model.', 'backbone.', 'model.', '']
const HEAD_NAME = 'a projection head of three layers'

/**
 * The reference's model as a graph: a timm backbone and, if the checkpoint has one, a projection head of three linear
 * layers. Without a head the result is the backbone's pooled features.
 * @param inputSize width and height that the network is to take; default: the backbone's own, else 224
 * @throws {Error} if the checkpoint is not one of this network
 */
export function buildGraph(
  tensors: TensorMap,
  backbone: Backbone,
  head: HeadOptions,
  inputSize: number | undefined,
): BuiltGraph {
  const builder = createGraphBuilder()
  const prefix = BACKBONE_PREFIXES.find((candidate) =>
    [...tensors.keys()].some((name) => name.startsWith(candidate)),
  )!
  const hasHead = [...tensors.keys()].some((name) => name.startsWith(HEAD))
  const network = { builder, weights: weightsOf(withoutHead(tensors), prefix, builder, backbone.name) }

  const fixedSize = backbone.inputSizeOf?.(network)
  const size = fixedSize ?? inputSize ?? 224
  const { features, width } = buildBackbone(backbone, network)
  network.weights.assertFitting()
  if (fixedSize !== undefined && inputSize !== undefined && inputSize !== fixedSize) {
    throw new Error(`input_size: these weights take images of ${fixedSize} × ${fixedSize} only`)
  }
  const headWeights = weightsOf(tensors, HEAD, builder, HEAD_NAME)
  const projected = hasHead
    ? projectionHead({ builder, weights: headWeights }, features, width, head)
    : undefined
  headWeights.assertFitting()
  const { value, size: dimensions } = projected ?? { value: features, size: width }
  const graph = builder.finish(
    { name: 'pixels', shape: ['n', 3, size, size] },
    { name: value, shape: ['n', dimensions] },
  )
  return { graph, hasHead }
}

function buildBackbone(backbone: Backbone, network: Network): ReturnType<Backbone['build']> {
  try {
    return backbone.build(network, 'pixels')
  } catch (error) {
    // Weights that are missing lead to errors of other kinds.
    network.weights.assertComplete()
    throw error
  }
}

function projectionHead(network: Network, features: Value, width: number, requested: HeadOptions) {
  const { builder, weights } = network
  const hidden = sizeOf(weights, '0.weight', 'hidden_layer_size', requested.hiddenSize)
  const size = sizeOf(weights, '4.weight', 'embedding_size', requested.embeddingSize)
  let x = activate(builder, linear(network, features, '0', width, hidden), 'relu')
  x = activate(builder, linear(network, x, '2', hidden, hidden), 'relu')
  return { value: linear(network, x, '4', hidden, size), size }
}

function sizeOf(weights: Weights, name: string, argument: string, requested: number | undefined): number {
  const [size] = weights.shapeOf(name)
  if (requested === undefined || requested === size) return size!
  throw new Error(`${argument}: ${requested} was given, but the checkpoint has ${size}`)
}

function withoutHead(tensors: TensorMap): TensorMap {
  return new Map([...tensors].filter(([name]) => !name.startsWith(HEAD)))
}
