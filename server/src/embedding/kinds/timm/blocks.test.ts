import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../../testing/temporary.ts'
import type { TensorMap } from '../../checkpoint/tensor.ts'
import { createGraphBuilder, type Value } from '../onnx/graph.ts'
import { openSession, Tensor } from '../onnx/session.ts'
import { writeModel } from '../onnx/write-model.ts'
import { convNextBlock } from './convnext.ts'
import { denseLayer } from './densenet.ts'
import { efficientNetBlock } from './efficientnet.ts'
import type { Network } from './layers.ts'
import { regNetBlock } from './regnet.ts'
import { basicBlock, bottleneck } from './resnet.ts'
import { pooled, transformerBlock, withPositions } from './vision-transformer.ts'
import { weightsOf } from './weights.ts'

interface Numbers {
  shape: number[]
  values: number[]
}
interface Case {
  weights: Record<string, Numbers>
  input: Numbers
  output: Numbers
}

/** Computed by PyTorch; see fixtures/blocks.py. */
const CASES: Record<string, Case> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'blocks.json'), 'utf8'),
)

const convNext = { depths: [1], widths: [4] }
const even = { stages: [], eps: 1e-5, padding: 'even' } as const
const tensorFlow = { stages: [], eps: 1e-3, padding: 'same' } as const
const attention = { width: 8, depth: 1, heads: 2, patch: 16 }
const efficientNet =
  (stride: number, options: Parameters<typeof efficientNetBlock>[4]) => (network: Network, x: Value) =>
    efficientNetBlock(network, { value: x, channels: inputChannels(network) }, 'b', stride, options).value
const inputChannels = ({ weights }: Network) =>
  weights.has('b.conv_pw.weight') && !weights.has('b.conv_pwl.weight')
    ? weights.shapeOf('b.conv_dw.weight')[0]!
    : weights.shapeOf(weights.has('b.conv_exp.weight') ? 'b.conv_exp.weight' : 'b.conv_pw.weight')[1]!

const BUILDERS: Record<string, (network: Network, x: Value) => Value> = {
  ConvNeXt: (network, x) => convNextBlock(network, x, 'b', 4, convNext),
  'ConvNeXt V2': (network, x) => convNextBlock(network, x, 'b', 4, convNext),
  'ConvNeXt with SimpleNorm': (network, x) =>
    convNextBlock(network, x, 'b', 4, { ...convNext, norm: 'simple' }),
  'ConvNeXt with RMSNorm': (network, x) => convNextBlock(network, x, 'b', 4, { ...convNext, norm: 'rms' }),
  'inverted residual': efficientNet(1, even),
  'inverted residual, TensorFlow, odd size': efficientNet(2, tensorFlow),
  'inverted residual, TensorFlow, even size': efficientNet(2, tensorFlow),
  'depthwise separable': efficientNet(1, even),
  'edge residual': efficientNet(2, even),
  'basic block': (network, x) => basicBlock(network, x, 'b', 2),
  'bottleneck of variant D': (network, x) => bottleneck(network, x, 'b', 2),
  'bottleneck of an SE-ResNeXt': (network, x) => bottleneck(network, x, 'b', 2),
  'inverted residual of MobileNetV2': efficientNet(1, { ...even, activation: 'relu6' }),
  'block of a RegNetY': (network, x) => regNetBlock(network, x, 'b', 2),
  'layer of a DenseNet': (network, x) => denseLayer(network, x, 'b'),
  transformer: (network, x) => transformerBlock(network, x, 'b', attention),
  'transformer with layer scale': (network, x) => transformerBlock(network, x, 'b', attention),
  'tokens of a distilled DeiT': (network, x) => pooled(network, withPositions(network, x, 6)),
  'tokens of a DeiT III': (network, x) => pooled(network, withPositions(network, x, 6)),
  'tokens with registers': (network, x) => pooled(network, withPositions(network, x, 6)),
}

describe('blocks compute what PyTorch computes', () => {
  it.each(Object.keys(CASES))('%s', async (name) => {
    const { weights, input, output } = CASES[name]!
    const tensors: TensorMap = new Map(
      Object.entries(weights).map(([key, { shape, values }]) => [
        key,
        { shape, type: 'float32' as const, read: async () => Float32Array.from(values) },
      ]),
    )
    const builder = createGraphBuilder()
    const network: Network = { builder, weights: weightsOf(tensors, '', builder, 'a block') }
    const result = BUILDERS[name]!(network, 'x')
    network.weights.assertFitting()
    const graph = builder.finish({ name: 'x', shape: input.shape }, { name: result, shape: output.shape })
    const path = join(await temporaryDirectory(), 'block.onnx')
    await writeModel(graph, path)
    const session = await openSession(path, 'cpu', 1, () => {})
    onTestFinished(() => session.close())
    const x = new Tensor('float32', Float32Array.from(input.values), input.shape)
    const embedding = await session.run({ x }, 'embedding')
    const difference = output.values.map((value, n) => Math.abs(value - (embedding.data as Float32Array)[n]!))
    expect(embedding.dims).toEqual(output.shape)
    expect(Math.max(...difference)).toBeLessThan(5e-6)
  })
})
