import type { Value } from '../onnx/graph.ts'
import type { Backbone } from './backbone.ts'
import { activate, batchNorm, convolution, globalAverage, type Network, squeezeExcite } from './layers.ts'

const SIZES = ['002', '004', '006', '008', '016', '032', '040', '064', '080', '120', '160', '320', '640']
const NAMES = [
  ...SIZES.filter((size) => size !== '640').map((size) => `regnetx_${size}`),
  ...SIZES.map((size) => `regnety_${size}`),
  ...['regnetx_004_tv', 'regnety_008_tv', 'regnety_080_tv', 'regnety_1280', 'regnety_2560'],
]
const STAGES = ['s1', 's2', 's3', 's4']
const EPS = 1e-5

/**
 * RegNetX and RegNetY (Radosavovic et al.: "Designing network design spaces", 2020) as timm lays them out. Depths, widths, groups and
 * squeeze-and-excitation are read off the weights.
 */
export const regNets: Backbone[] = NAMES.map((name) => ({ name, build }))

function build(network: Network, pixels: Value) {
  let x = convolved(network, pixels, 'stem', { stride: 2 })
  let last = ''
  for (const stage of STAGES) {
    for (let i = 1; network.weights.has(`${stage}.b${i}.conv1.conv.weight`); i++) {
      last = `${stage}.b${i}`
      x = regNetBlock(network, x, last, i === 1 ? 2 : 1)
    }
  }
  const [width] = network.weights.shapeOf(`${last}.conv3.conv.weight`)
  return { features: globalAverage(network.builder, x), width: width! }
}

/** @param name prefix of the names of the block's weights */
export function regNetBlock(network: Network, input: Value, name: string, stride: number): Value {
  const { builder, weights } = network
  let x = convolved(network, input, `${name}.conv1`)
  x = convolved(network, x, `${name}.conv2`, { stride })
  x = squeezeExcite(network, x, { reduce: `${name}.se.fc1`, expand: `${name}.se.fc2`, activation: 'relu' })
  x = convolved(network, x, `${name}.conv3`, { isLinear: true })
  const hasShortcut = weights.has(`${name}.downsample.conv.weight`)
  const shortcut = hasShortcut
    ? convolved(network, input, `${name}.downsample`, { stride, isLinear: true })
    : input
  return activate(builder, builder.node('Add', [x, shortcut]), 'relu')
}

/** Convolution, batch normalisation and, unless it is linear, ReLU. */
function convolved(
  network: Network,
  x: Value,
  name: string,
  { stride = 1, isLinear = false }: { stride?: number; isLinear?: boolean } = {},
): Value {
  const [channels, perGroup, kernel] = network.weights.shapeOf(`${name}.conv.weight`) as [
    number,
    number,
    number,
  ]
  // Only the middle convolution of a block has groups, and it keeps the number of channels.
  const groups = name.endsWith('.conv2') ? channels / perGroup : 1
  const image = convolution(network, x, `${name}.conv`, { stride, padding: (kernel - 1) / 2, groups })
  const normed = batchNorm(network, image, `${name}.bn`, channels, EPS)
  return isLinear ? normed : activate(network.builder, normed, 'relu')
}
