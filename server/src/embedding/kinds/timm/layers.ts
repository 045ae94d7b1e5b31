import type { GraphBuilder, Value } from '../onnx/graph.ts'
import type { Weights } from './weights.ts'

/** Operations from which a network is built. */
export interface Network {
  builder: GraphBuilder
  weights: Weights
}

export type Activation = 'gelu' | 'gelu_tanh' | 'relu' | 'relu6' | 'silu'

export interface ConvolutionOptions {
  stride?: number
  /** Pixels on each side. `same` pads as TensorFlow does: the output has the size of the input divided by the stride. */
  padding?: number | 'same'
  groups?: number
}

/** A 2-D convolution of `[n, c, h, w]`; its shape is the weight's, its bias optional. */
export function convolution(
  { builder, weights }: Network,
  x: Value,
  name: string,
  { stride = 1, padding = 0, groups = 1 }: ConvolutionOptions = {},
): Value {
  const shape = weights.shapeOf(`${name}.weight`)
  if (shape.length !== 4) throw new Error(`the weight ${name}.weight is not one of a convolution`)
  const inputs = [x, weights.take(`${name}.weight`, shape)]
  if (weights.has(`${name}.bias`)) inputs.push(weights.take(`${name}.bias`, [shape[0]!]))
  const border =
    padding === 'same' ? { auto_pad: 'SAME_UPPER' } : { pads: [padding, padding, padding, padding] }
  return builder.node('Conv', inputs, {
    kernel_shape: shape.slice(2),
    strides: [stride, stride],
    group: groups,
    ...border,
  })
}

/** @param channels number of channels of the input */
export function batchNorm(
  { builder, weights }: Network,
  x: Value,
  name: string,
  channels: number,
  eps: number,
): Value {
  const parameters = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
    weights.take(`${name}.${part}`, [channels]),
  )
  return builder.node('BatchNormalization', [x, ...parameters], { epsilon: { float: eps } })
}

export type Norm = 'layer' | 'rms' | 'simple'

export interface NormOptions {
  eps: number
  /** `rms` divides by the root of the mean square, `simple` by the deviation; both keep the mean and have no bias. */
  norm?: Norm | undefined
}

/** Over the last dimension. */
export function layerNorm(
  { builder, weights }: Network,
  x: Value,
  name: string,
  width: number,
  { eps, norm = 'layer' }: NormOptions,
): Value {
  const scale = weights.take(`${name}.weight`, [width])
  if (norm === 'layer') {
    const bias = weights.take(`${name}.bias`, [width])
    return builder.node('LayerNormalization', [x, scale, bias], { axis: -1, epsilon: { float: eps } })
  }
  const last = builder.integers([-1])
  const centred =
    norm === 'rms' ? x : builder.node('Sub', [x, builder.node('ReduceMean', [x, last], { keepdims: 1 })])
  const squares = builder.node('ReduceSumSquare', [centred, last], { keepdims: 1 })
  // timm's SimpleNorm has PyTorch's variance, which is the unbiased one.
  const mean = builder.node('Mul', [squares, builder.scalar(1 / (norm === 'rms' ? width : width - 1))])
  const deviation = builder.node('Sqrt', [builder.node('Add', [mean, builder.scalar(eps)])])
  return builder.node('Mul', [builder.node('Div', [x, deviation]), scale])
}

/** Over the channels of `[n, c, h, w]`. */
export function layerNorm2d(
  network: Network,
  x: Value,
  name: string,
  channels: number,
  options: NormOptions,
): Value {
  const { builder } = network
  return toChannelsFirst(builder, layerNorm(network, toChannelsLast(builder, x), name, channels, options))
}

/** `[…, inputs]` to `[…, outputs]`; the bias is optional. */
export function linear(
  { builder, weights }: Network,
  x: Value,
  name: string,
  inputs: number,
  outputs: number,
): Value {
  const product = builder.node('MatMul', [x, weights.takeTransposed(`${name}.weight`, outputs, inputs)])
  if (!weights.has(`${name}.bias`)) return product
  return builder.node('Add', [product, weights.take(`${name}.bias`, [outputs])])
}

export function activate(builder: GraphBuilder, x: Value, activation: Activation): Value {
  switch (activation) {
    case 'relu':
      return builder.node('Relu', [x])
    case 'relu6':
      return builder.node('Clip', [x, builder.scalar(0), builder.scalar(6)])
    case 'silu':
      return builder.node('Mul', [x, builder.node('Sigmoid', [x])])
    case 'gelu':
      return builder.node('Gelu', [x], { approximate: 'none' })
    case 'gelu_tanh':
      return builder.node('Gelu', [x], { approximate: 'tanh' })
  }
}

/** Weighs the channels by their content (Hu et al. 2018), if the network has the two convolutions for it. */
export function squeezeExcite(
  network: Network,
  x: Value,
  { reduce, expand, activation }: { reduce: string; expand: string; activation: Activation },
): Value {
  const { builder, weights } = network
  if (!weights.has(`${reduce}.weight`)) return x
  let gate = builder.node('GlobalAveragePool', [x])
  gate = activate(builder, convolution(network, gate, reduce), activation)
  gate = convolution(network, gate, expand)
  return builder.node('Mul', [x, builder.node('Sigmoid', [gate])])
}

/** The mean over height and width: `[n, c, h, w]` to `[n, c]`. */
export function globalAverage(builder: GraphBuilder, x: Value): Value {
  return builder.node('Flatten', [builder.node('GlobalAveragePool', [x])], { axis: 1 })
}

export function toChannelsLast(builder: GraphBuilder, x: Value): Value {
  return builder.node('Transpose', [x], { perm: [0, 2, 3, 1] })
}

export function toChannelsFirst(builder: GraphBuilder, x: Value): Value {
  return builder.node('Transpose', [x], { perm: [0, 3, 1, 2] })
}
