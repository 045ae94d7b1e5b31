import type { Value } from '../onnx/graph.ts'
import type { Backbone } from './backbone.ts'
import {
  type Activation,
  activate,
  batchNorm,
  convolution,
  globalAverage,
  type Network,
  squeezeExcite,
} from './layers.ts'

/** A stage of blocks; only the first of them has its stride. */
interface Stage {
  /** Default: as many blocks as the weights have. */
  depth?: number
  stride: number
}

interface EfficientNetOptions {
  stages: readonly Stage[]
  eps: number
  /** As TensorFlow pads, or evenly on all sides. */
  padding: 'same' | 'even'
  /** Default: SiLU. */
  activation?: Activation
}

/** The stages of B0; larger ones repeat the blocks more often. */
const B0: readonly Required<Stage>[] = [
  { depth: 1, stride: 1 },
  { depth: 2, stride: 2 },
  { depth: 2, stride: 2 },
  { depth: 3, stride: 2 },
  { depth: 3, stride: 1 },
  { depth: 4, stride: 2 },
  { depth: 1, stride: 1 },
]
const DEPTH_FACTORS = { b0: 1, b1: 1.1, b2: 1.2, b3: 1.4, b4: 1.8, b5: 2.2, b6: 2.6, b7: 3.1, b8: 3.6 }

const FAMILY: Record<string, EfficientNetOptions> = {
  test_efficientnet: {
    stages: [1, 2, 2, 2, 2].map((stride) => ({ depth: 1, stride })),
    eps: 1e-5,
    padding: 'even',
  },
}
for (const [size, factor] of Object.entries(DEPTH_FACTORS)) {
  const stages = B0.map(({ depth, stride }) => ({ depth: Math.ceil(depth * factor), stride }))
  FAMILY[`efficientnet_${size}`] = { stages, eps: 1e-5, padding: 'even' }
  // The weights that were converted from TensorFlow need its padding and its epsilon.
  FAMILY[`tf_efficientnet_${size}`] = { stages, eps: 1e-3, padding: 'same' }
}

const MOBILENET_V2: EfficientNetOptions = {
  stages: [1, 2, 2, 2, 1, 2, 1].map((stride) => ({ stride })),
  ...{ eps: 1e-5, padding: 'even', activation: 'relu6' },
}
for (const size of ['035', '050', '075', '100', '110d', '120d', '140'])
  FAMILY[`mobilenetv2_${size}`] = MOBILENET_V2
const MNASNET: EfficientNetOptions = { ...MOBILENET_V2, activation: 'relu' }
for (const size of ['050', '075', '100', '140']) FAMILY[`mnasnet_${size}`] = MNASNET

/**
 * EfficientNet (Tan and Le 2019), MobileNetV2 (Sandler et al. 2018) and MNASNet (Tan et al. 2019) as timm lays them out. Widths, kernels and which kind a block is (depthwise separable,
 * inverted residual, edge residual, plain) are read off the weights.
 */
export const efficientNets: Backbone[] = Object.entries(FAMILY).map(([name, options]) => ({
  name,
  build: (network, pixels) => build(network, pixels, options),
}))

/** `[n, channels, h, w]` */
interface Image {
  value: Value
  channels: number
}

function build(network: Network, pixels: Value, options: EfficientNetOptions) {
  let x = convolved(network, { value: pixels, channels: 3 }, 'conv_stem', 'bn1', options, { stride: 2 })
  for (const [s, { depth, stride }] of options.stages.entries()) {
    const blocks = depth ?? blocksOf(network, s)
    for (let i = 0; i < blocks; i++)
      x = efficientNetBlock(network, x, `blocks.${s}.${i}`, i === 0 ? stride : 1, options)
  }
  x = convolved(network, x, 'conv_head', 'bn2', options)
  return { features: globalAverage(network.builder, x.value), width: x.channels }
}

function blocksOf({ weights }: Network, stage: number): number {
  let count = 0
  while (weights.has(`blocks.${stage}.${count}.conv_dw.weight`)) count++
  return count
}

function excitationOf(name: string) {
  return { reduce: `${name}.se.conv_reduce`, expand: `${name}.se.conv_expand`, activation: 'silu' } as const
}

/** A convolution with its normalisation, or the squeeze-and-excitation that may stand between two. */
type Step = 'se' | { conv: string; norm: string; strided?: true; depthwise?: true; linear?: true }

/** Kinds of blocks, identified by the first of their weights that no other kind has. */
const KINDS: { by: string; steps: Step[] }[] = [
  {
    by: 'conv_exp', // edge residual
    steps: [
      { conv: 'conv_exp', norm: 'bn1', strided: true },
      'se',
      { conv: 'conv_pwl', norm: 'bn2', linear: true },
    ],
  },
  {
    by: 'conv_pwl', // inverted residual
    steps: [
      { conv: 'conv_pw', norm: 'bn1' },
      { conv: 'conv_dw', norm: 'bn2', strided: true, depthwise: true },
      'se',
      { conv: 'conv_pwl', norm: 'bn3', linear: true },
    ],
  },
  {
    by: 'conv_dw', // depthwise separable
    steps: [
      { conv: 'conv_dw', norm: 'bn1', strided: true, depthwise: true },
      'se',
      { conv: 'conv_pw', norm: 'bn2', linear: true },
    ],
  },
  { by: 'conv', steps: [{ conv: 'conv', norm: 'bn1', strided: true }] },
]

/** @param name prefix of the names of the block's weights */
export function efficientNetBlock(
  network: Network,
  input: Image,
  name: string,
  stride: number,
  options: EfficientNetOptions,
): Image {
  const kind = KINDS.find(({ by }) => network.weights.has(`${name}.${by}.weight`))
  if (kind === undefined) throw new Error(`the checkpoint has no weights of the block ${name}`)
  let x = input
  for (const step of kind.steps) {
    if (step === 'se') {
      x = { ...x, value: squeezeExcite(network, x.value, excitationOf(name)) }
      continue
    }
    x = convolved(network, x, `${name}.${step.conv}`, `${name}.${step.norm}`, options, {
      stride: step.strided ? stride : 1,
      depthwise: step.depthwise === true,
      linear: step.linear === true,
    })
  }
  const isResidual = stride === 1 && input.channels === x.channels
  return isResidual ? { ...x, value: network.builder.node('Add', [x.value, input.value]) } : x
}

/** Convolution, batch normalisation and, unless it ends a block, the activation. */
function convolved(
  network: Network,
  { value, channels: inputs }: Image,
  name: string,
  norm: string,
  { eps, padding, activation = 'silu' }: EfficientNetOptions,
  {
    stride = 1,
    depthwise = false,
    linear = false,
  }: { stride?: number; depthwise?: boolean; linear?: boolean } = {},
): Image {
  const [channels, perGroup, kernel] = network.weights.shapeOf(`${name}.weight`) as [number, number, number]
  const groups = depthwise ? inputs : 1
  if (perGroup * groups !== inputs)
    throw new Error(`the weight ${name}.weight does not fit ${inputs} channels`)
  const image = convolution(network, value, name, {
    stride,
    padding: padding === 'same' ? 'same' : (kernel - 1) / 2,
    groups,
  })
  const normed = batchNorm(network, image, norm, channels, eps)
  return { value: linear ? normed : activate(network.builder, normed, activation), channels }
}
