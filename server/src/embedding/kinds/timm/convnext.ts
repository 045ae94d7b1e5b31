import type { Value } from '../onnx/graph.ts'
import type { Backbone } from './backbone.ts'
import {
  type Activation,
  activate,
  convolution,
  globalAverage,
  layerNorm,
  layerNorm2d,
  linear,
  type Network,
  type Norm,
  type NormOptions,
  toChannelsFirst,
  toChannelsLast,
} from './layers.ts'

interface ConvNextOptions {
  depths: readonly number[]
  widths: readonly number[]
  /** `patch`: 4 × 4 with stride 4. Else two 3 × 3 of stride 2, with an activation between them or not. */
  stem?: 'patch' | 'overlap' | 'overlap_act'
  eps?: number
  activation?: Activation
  /** Norm before pooling instead of after it. */
  normFirst?: boolean
  /** Replacement for layer normalisation. */
  norm?: Norm
}

const ZEPTO = { depths: [2, 2, 4, 2], widths: [32, 64, 128, 256] }
const ATTO = { depths: [2, 2, 6, 2], widths: [40, 80, 160, 320] }
const FEMTO = { depths: [2, 2, 6, 2], widths: [48, 96, 192, 384] }
const PICO = { depths: [2, 2, 6, 2], widths: [64, 128, 256, 512] }
const NANO = { depths: [2, 2, 8, 2], widths: [80, 160, 320, 640] }
const TINY = { depths: [3, 3, 9, 3], widths: [96, 192, 384, 768] }
const SMALL = { depths: [3, 3, 27, 3], widths: [96, 192, 384, 768] }
const BASE = { depths: [3, 3, 27, 3], widths: [128, 256, 512, 1024] }
const LARGE = { depths: [3, 3, 27, 3], widths: [192, 384, 768, 1536] }

const FAMILY: Record<string, ConvNextOptions> = {
  convnext_zepto_rms: { ...ZEPTO, norm: 'simple' },
  convnext_zepto_rms_ols: { ...ZEPTO, norm: 'simple', stem: 'overlap_act' },
  convnext_atto: ATTO,
  convnext_atto_rms: { ...ATTO, norm: 'rms' },
  convnext_atto_ols: { ...ATTO, stem: 'overlap' },
  convnext_femto: FEMTO,
  convnext_femto_ols: { ...FEMTO, stem: 'overlap' },
  convnext_pico: PICO,
  convnext_pico_ols: { ...PICO, stem: 'overlap' },
  convnext_nano: NANO,
  convnext_nano_ols: { ...NANO, stem: 'overlap' },
  convnext_tiny: TINY,
  convnext_tiny_hnf: { ...TINY, normFirst: true },
  convnext_small: SMALL,
  convnext_base: BASE,
  convnext_large: LARGE,
  convnext_large_mlp: LARGE,
  convnext_xlarge: { depths: [3, 3, 27, 3], widths: [256, 512, 1024, 2048] },
  convnext_xxlarge: { depths: [3, 4, 30, 3], widths: [384, 768, 1536, 3072], eps: 1e-5 },
  convnextv2_atto: ATTO,
  convnextv2_femto: FEMTO,
  convnextv2_pico: PICO,
  convnextv2_nano: NANO,
  convnextv2_tiny: TINY,
  convnextv2_small: SMALL,
  convnextv2_base: BASE,
  convnextv2_large: LARGE,
  convnextv2_huge: { depths: [3, 3, 27, 3], widths: [352, 704, 1408, 2816] },
  test_convnext: { depths: [1, 2, 4, 2], widths: [24, 32, 48, 64], eps: 1e-5, activation: 'gelu_tanh' },
  test_convnext2: { depths: [1, 1, 1, 1], widths: [32, 64, 96, 128], eps: 1e-5, activation: 'gelu_tanh' },
  test_convnext3: { depths: [1, 1, 1, 1], widths: [32, 64, 96, 128], eps: 1e-5, activation: 'silu' },
}

/** timm's LayerNorm has another default than PyTorch's. */
const DEFAULT_EPS = 1e-6
const GRN_EPS = 1e-6

/**
 * ConvNeXt (Liu et al.: "A ConvNet for the 2020s", 2022) and ConvNeXt V2 (Woo et al. 2023), which replaces layer scale by global
 * response normalisation. The weights of a block show which of the two it is.
 */
export const convNexts: Backbone[] = Object.entries(FAMILY).map(([name, options]) => ({
  name,
  build: (network, pixels) => build(network, pixels, options),
}))

function build(network: Network, pixels: Value, options: ConvNextOptions) {
  const { builder } = network
  const { depths, widths, normFirst = false } = options
  const norm = normOf(options)
  let x = stem(network, pixels, options)
  for (const [stage, depth] of depths.entries()) {
    const name = `stages.${stage}`
    if (stage > 0) {
      x = layerNorm2d(network, x, `${name}.downsample.0`, widths[stage - 1]!, norm)
      x = convolution(network, x, `${name}.downsample.1`, { stride: 2 })
    }
    for (let i = 0; i < depth; i++)
      x = convNextBlock(network, x, `${name}.blocks.${i}`, widths[stage]!, options)
  }
  const width = widths.at(-1)!
  if (normFirst) x = layerNorm2d(network, x, 'norm_pre', width, norm)
  x = globalAverage(builder, x)
  if (!normFirst) x = layerNorm(network, x, 'head.norm', width, norm)
  if (!network.weights.has('head.pre_logits.fc.weight')) return { features: x, width }
  // The `_mlp` variants have a hidden layer between the pooled features and the classifier.
  const [hidden] = network.weights.shapeOf('head.pre_logits.fc.weight')
  x = activate(builder, linear(network, x, 'head.pre_logits.fc', width, hidden!), 'gelu')
  return { features: x, width: hidden! }
}

function normOf({ eps = DEFAULT_EPS, norm }: ConvNextOptions): NormOptions {
  return { eps, norm }
}

function stem(network: Network, pixels: Value, options: ConvNextOptions): Value {
  const { widths, stem: type = 'patch' } = options
  if (type === 'patch') {
    const x = convolution(network, pixels, 'stem.0', { stride: 4 })
    return layerNorm2d(network, x, 'stem.1', widths[0]!, normOf(options))
  }
  let x = convolution(network, pixels, 'stem.0', { stride: 2, padding: 1 })
  if (type === 'overlap_act') x = activate(network.builder, x, 'gelu')
  const [second, last] = type === 'overlap_act' ? ['stem.2', 'stem.3'] : ['stem.1', 'stem.2']
  x = convolution(network, x, second!, { stride: 2, padding: 1 })
  return layerNorm2d(network, x, last!, widths[0]!, normOf(options))
}

/** @param name prefix of the names of the block's weights */
export function convNextBlock(
  network: Network,
  input: Value,
  name: string,
  width: number,
  options: ConvNextOptions,
): Value {
  const { builder, weights } = network
  const { activation = 'gelu' } = options
  const hidden = 4 * width
  const kernel = weights.shapeOf(`${name}.conv_dw.weight`)[2]!
  let x = convolution(network, input, `${name}.conv_dw`, { padding: (kernel - 1) / 2, groups: width })
  x = layerNorm(network, toChannelsLast(builder, x), `${name}.norm`, width, normOf(options))
  x = activate(builder, linear(network, x, `${name}.mlp.fc1`, width, hidden), activation)
  if (weights.has(`${name}.mlp.grn.weight`)) x = globalResponseNorm(network, x, `${name}.mlp.grn`, hidden)
  x = linear(network, x, `${name}.mlp.fc2`, hidden, width)
  if (weights.has(`${name}.gamma`)) x = builder.node('Mul', [x, weights.take(`${name}.gamma`, [width])])
  return builder.node('Add', [input, toChannelsFirst(builder, x)])
}

/** Weights each channel of `[n, h, w, c]` by its norm over the image, relative to the mean norm of all channels. */
function globalResponseNorm({ builder, weights }: Network, x: Value, name: string, width: number): Value {
  const norm = builder.node('ReduceL2', [x, builder.integers([1, 2])], { keepdims: 1 })
  const mean = builder.node('ReduceMean', [norm, builder.integers([-1])], { keepdims: 1 })
  const relative = builder.node('Div', [norm, builder.node('Add', [mean, builder.scalar(GRN_EPS)])])
  const scaled = builder.node('Mul', [
    builder.node('Mul', [x, relative]),
    weights.take(`${name}.weight`, [width]),
  ])
  return builder.node('Add', [x, builder.node('Add', [scaled, weights.take(`${name}.bias`, [width])])])
}
