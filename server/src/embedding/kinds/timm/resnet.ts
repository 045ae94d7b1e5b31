import type { Value } from '../onnx/graph.ts'
import type { Backbone } from './backbone.ts'
import { activate, batchNorm, convolution, globalAverage, type Network, squeezeExcite } from './layers.ts'

interface ResNetOptions {
  /** Two 3 × 3 convolutions a block, or 1 × 1, 3 × 3, 1 × 1. */
  block: 'basic' | 'bottleneck'
  depths: readonly number[]
}

const FAMILY: Record<string, ResNetOptions> = {
  resnet18: { block: 'basic', depths: [2, 2, 2, 2] },
  resnet26: { block: 'bottleneck', depths: [2, 2, 2, 2] },
  resnet34: { block: 'basic', depths: [3, 4, 6, 3] },
  resnet50: { block: 'bottleneck', depths: [3, 4, 6, 3] },
  resnet101: { block: 'bottleneck', depths: [3, 4, 23, 3] },
  resnet152: { block: 'bottleneck', depths: [3, 8, 36, 3] },
}
/** Width, groups and squeeze-and-excitation are read off the weights. */
const VARIANTS: Record<string, ResNetOptions> = {
  wide_resnet50_2: FAMILY.resnet50!,
  wide_resnet101_2: FAMILY.resnet101!,
  resnext50_32x4d: FAMILY.resnet50!,
  resnext101_32x4d: FAMILY.resnet101!,
  resnext101_32x8d: FAMILY.resnet101!,
  resnext101_32x16d: FAMILY.resnet101!,
  resnext101_64x4d: FAMILY.resnet101!,
  seresnet18: FAMILY.resnet18!,
  seresnet34: FAMILY.resnet34!,
  seresnet50: FAMILY.resnet50!,
  seresnet101: FAMILY.resnet101!,
  seresnet152: FAMILY.resnet152!,
  seresnext50_32x4d: FAMILY.resnet50!,
  seresnext101_32x4d: FAMILY.resnet101!,
  seresnext101_32x8d: FAMILY.resnet101!,
}
/** Variant D (He et al.: "Bag of tricks", 2019): three 3 × 3 convolutions at first, means where others leave pixels out. */
const DEEP = Object.fromEntries(Object.entries(FAMILY).map(([name, options]) => [`${name}d`, options]))

const EPS = 1e-5

/** ResNet (He et al.: "Deep residual learning for image recognition", 2016), ResNeXt (Xie et al. 2017) and SE-ResNet (Hu et al. 2018) as torchvision and timm lay it out. */
export const resNets: Backbone[] = Object.entries({ ...FAMILY, ...DEEP, ...VARIANTS }).map(
  ([name, options]) => ({
    name,
    build: (network, pixels) => build(network, pixels, options),
  }),
)

function build(network: Network, pixels: Value, { block, depths }: ResNetOptions) {
  let x = normalised(network, stem(network, pixels), 'bn1')
  x = activate(network.builder, x, 'relu')
  x = network.builder.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
  for (const [stage, depth] of depths.entries()) {
    for (let i = 0; i < depth; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1
      x = (block === 'basic' ? basicBlock : bottleneck)(network, x, `layer${stage + 1}.${i}`, stride)
    }
  }
  const last = `layer${depths.length}.0.${block === 'basic' ? 'bn2' : 'bn3'}.weight`
  return { features: globalAverage(network.builder, x), width: network.weights.shapeOf(last)[0]! }
}

function stem(network: Network, pixels: Value): Value {
  if (!network.weights.has('conv1.0.weight'))
    return convolution(network, pixels, 'conv1', { stride: 2, padding: 3 })
  let x = convolution(network, pixels, 'conv1.0', { stride: 2, padding: 1 })
  x = activate(network.builder, normalised(network, x, 'conv1.1'), 'relu')
  x = convolution(network, x, 'conv1.3', { padding: 1 })
  x = activate(network.builder, normalised(network, x, 'conv1.4'), 'relu')
  return convolution(network, x, 'conv1.6', { padding: 1 })
}

/** @param name prefix of the names of the block's weights */
export function basicBlock(network: Network, input: Value, name: string, stride: number): Value {
  let x = convolution(network, input, `${name}.conv1`, { stride, padding: 1 })
  x = activate(network.builder, normalised(network, x, `${name}.bn1`), 'relu')
  x = convolution(network, x, `${name}.conv2`, { padding: 1 })
  x = normalised(network, x, `${name}.bn2`)
  return residual(network, x, input, name, stride)
}

/** @param name prefix of the names of the block's weights */
export function bottleneck(network: Network, input: Value, name: string, stride: number): Value {
  let x = convolution(network, input, `${name}.conv1`)
  x = activate(network.builder, normalised(network, x, `${name}.bn1`), 'relu')
  const [channels, perGroup] = network.weights.shapeOf(`${name}.conv2.weight`)
  x = convolution(network, x, `${name}.conv2`, { stride, padding: 1, groups: channels! / perGroup! })
  x = activate(network.builder, normalised(network, x, `${name}.bn2`), 'relu')
  x = convolution(network, x, `${name}.conv3`)
  x = normalised(network, x, `${name}.bn3`)
  return residual(network, x, input, name, stride)
}

function residual(network: Network, x: Value, input: Value, name: string, stride: number): Value {
  const { builder } = network
  const se = { reduce: `${name}.se.fc1`, expand: `${name}.se.fc2`, activation: 'relu' } as const
  return activate(
    builder,
    builder.node('Add', [
      squeezeExcite(network, x, se),
      shortcut(network, input, `${name}.downsample`, stride),
    ]),
    'relu',
  )
}

function shortcut(network: Network, input: Value, name: string, stride: number): Value {
  if (network.weights.has(`${name}.0.weight`)) {
    return normalised(network, convolution(network, input, `${name}.0`, { stride }), `${name}.1`)
  }
  if (!network.weights.has(`${name}.1.weight`)) return input
  const mean =
    stride === 1
      ? input
      : network.builder.node('AveragePool', [input], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 })
  return normalised(network, convolution(network, mean, `${name}.1`), `${name}.2`)
}

function normalised(network: Network, x: Value, name: string): Value {
  return batchNorm(network, x, name, network.weights.shapeOf(`${name}.weight`)[0]!, EPS)
}
