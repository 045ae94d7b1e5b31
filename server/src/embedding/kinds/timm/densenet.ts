import type { Value } from '../onnx/graph.ts'
import type { Backbone } from './backbone.ts'
import { activate, batchNorm, convolution, globalAverage, type Network } from './layers.ts'

const NAMES = ['densenet121', 'densenet161', 'densenet169', 'densenet201']
const BLOCKS = [1, 2, 3, 4]
const EPS = 1e-5

/** DenseNet (Huang et al.: "Densely connected convolutional networks", 2017) as torchvision and timm lay it out. Depths are read off the weights. */
export const denseNets: Backbone[] = NAMES.map((name) => ({ name, build }))

function build(network: Network, pixels: Value) {
  const { builder, weights } = network
  let x = convolution(network, pixels, 'features.conv0', { stride: 2, padding: 3 })
  x = normalised(network, x, 'features.norm0')
  x = builder.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
  for (const block of BLOCKS) {
    for (let i = 1; weights.has(`features.denseblock${block}.denselayer${i}.norm1.weight`); i++)
      x = denseLayer(network, x, `features.denseblock${block}.denselayer${i}`)
    if (block === BLOCKS.length) break
    x = convolution(
      network,
      normalised(network, x, `features.transition${block}.norm`),
      `features.transition${block}.conv`,
    )
    x = builder.node('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] })
  }
  x = normalised(network, x, 'features.norm5')
  return { features: globalAverage(builder, x), width: weights.shapeOf('features.norm5.weight')[0]! }
}

/**
 * Adds its channels to those of its input.
 * @param name prefix of the names of the layer's weights
 */
export function denseLayer(network: Network, input: Value, name: string): Value {
  let x = convolution(network, normalised(network, input, `${name}.norm1`), `${name}.conv1`)
  x = convolution(network, normalised(network, x, `${name}.norm2`), `${name}.conv2`, { padding: 1 })
  return network.builder.node('Concat', [input, x], { axis: 1 })
}

/** Batch normalisation and ReLU. */
function normalised(network: Network, x: Value, name: string): Value {
  const [channels] = network.weights.shapeOf(`${name}.weight`)
  return activate(network.builder, batchNorm(network, x, name, channels!, EPS), 'relu')
}
