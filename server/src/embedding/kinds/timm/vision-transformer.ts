import type { Value } from '../onnx/graph.ts'
import type { Backbone } from './backbone.ts'
import { activate, convolution, layerNorm, linear, type Network } from './layers.ts'

interface TransformerOptions {
  width: number
  depth: number
  heads: number
  patch: number
}

const TINY = { width: 192, depth: 12, heads: 3 }
const SMALL = { width: 384, depth: 12, heads: 6 }
const MEDIUM = { width: 512, depth: 12, heads: 8 }
const BASE = { width: 768, depth: 12, heads: 12 }
const LARGE = { width: 1024, depth: 24, heads: 16 }

const FAMILY: Record<string, TransformerOptions> = {
  vit_tiny_patch16_224: { ...TINY, patch: 16 },
  vit_tiny_patch16_384: { ...TINY, patch: 16 },
  vit_small_patch8_224: { ...SMALL, patch: 8 },
  vit_small_patch16_224: { ...SMALL, patch: 16 },
  vit_small_patch16_384: { ...SMALL, patch: 16 },
  vit_small_patch32_224: { ...SMALL, patch: 32 },
  vit_small_patch32_384: { ...SMALL, patch: 32 },
  vit_small_patch14_dinov2: { ...SMALL, patch: 14 },
  vit_base_patch8_224: { ...BASE, patch: 8 },
  vit_base_patch16_224: { ...BASE, patch: 16 },
  vit_base_patch16_384: { ...BASE, patch: 16 },
  vit_base_patch32_224: { ...BASE, patch: 32 },
  vit_base_patch32_384: { ...BASE, patch: 32 },
  vit_base_patch14_dinov2: { ...BASE, patch: 14 },
  vit_large_patch16_224: { ...LARGE, patch: 16 },
  vit_large_patch16_384: { ...LARGE, patch: 16 },
  vit_large_patch32_224: { ...LARGE, patch: 32 },
  vit_large_patch32_384: { ...LARGE, patch: 32 },
  vit_large_patch14_224: { ...LARGE, patch: 14 },
  vit_large_patch14_dinov2: { ...LARGE, patch: 14 },
  vit_small_patch14_reg4_dinov2: { ...SMALL, patch: 14 },
  vit_base_patch14_reg4_dinov2: { ...BASE, patch: 14 },
  vit_large_patch14_reg4_dinov2: { ...LARGE, patch: 14 },
  deit_tiny_patch16_224: { ...TINY, patch: 16 },
  deit_small_patch16_224: { ...SMALL, patch: 16 },
  deit_base_patch16_224: { ...BASE, patch: 16 },
  deit_base_patch16_384: { ...BASE, patch: 16 },
  deit_tiny_distilled_patch16_224: { ...TINY, patch: 16 },
  deit_small_distilled_patch16_224: { ...SMALL, patch: 16 },
  deit_base_distilled_patch16_224: { ...BASE, patch: 16 },
  deit_base_distilled_patch16_384: { ...BASE, patch: 16 },
  deit3_small_patch16_224: { ...SMALL, patch: 16 },
  deit3_small_patch16_384: { ...SMALL, patch: 16 },
  deit3_medium_patch16_224: { ...MEDIUM, patch: 16 },
  deit3_base_patch16_224: { ...BASE, patch: 16 },
  deit3_base_patch16_384: { ...BASE, patch: 16 },
  deit3_large_patch16_224: { ...LARGE, patch: 16 },
  deit3_large_patch16_384: { ...LARGE, patch: 16 },
}

const NORM = { eps: 1e-6 }
/** Tokens that are not patches, in the order in which they stand before the patches. */
const PREFIX_TOKENS = ['cls_token', 'dist_token', 'reg_token']

/**
 * ViT (Dosovitskiy et al.: "An image is worth 16×16 words", 2021) and DeiT (Touvron et al. 2021, 2022) as timm lays them
 * out. The features are those of the class token; of a distilled DeiT the mean of the class and the distillation token.
 */
export const visionTransformers: Backbone[] = Object.entries(FAMILY).map(([name, options]) => ({
  name,
  build: (network, pixels) => build(network, pixels, options),
  inputSizeOf: (network) => gridOf(network) * options.patch,
}))

function build(network: Network, pixels: Value, options: TransformerOptions) {
  const { builder, weights } = network
  const { width, depth, patch } = options
  let x = convolution(network, pixels, 'patch_embed.proj', { stride: patch })
  x = builder.node('Reshape', [x, builder.integers([0, width, -1])])
  x = builder.node('Transpose', [x], { perm: [0, 2, 1] })
  x = withPositions(network, x, width)
  if (weights.has('norm_pre.weight')) x = layerNorm(network, x, 'norm_pre', width, NORM)
  for (let i = 0; i < depth; i++) x = transformerBlock(network, x, `blocks.${i}`, options)
  x = layerNorm(network, x, 'norm', width, NORM)
  return { features: pooled(network, x), width }
}

/** Patches on one side of the image, by the number of their positions. */
function gridOf({ weights }: Network): number {
  const positions = weights.shapeOf('pos_embed')[1]!
  const prefix = prefixLength({ weights })
  const side = [positions, positions - prefix].map(Math.sqrt).find(Number.isInteger)
  if (side === undefined) throw new Error(`pos_embed has ${positions} positions, which make no square`)
  return side
}

function prefixLength({ weights }: Pick<Network, 'weights'>): number {
  const present = PREFIX_TOKENS.filter((name) => weights.has(name))
  return present.reduce((sum, name) => sum + weights.shapeOf(name)[1]!, 0)
}

/** Adds the position embedding, which covers the tokens before the patches or, in newer networks, just the patches. */
export function withPositions(network: Network, patches: Value, width: number): Value {
  const { builder, weights } = network
  const grid = gridOf(network)
  const [, positions] = weights.shapeOf('pos_embed')
  const positionEmbedding = weights.take('pos_embed', [1, positions!, width])
  const coversPrefix = positions !== grid * grid
  const x = coversPrefix ? patches : builder.node('Add', [patches, positionEmbedding])
  const present = PREFIX_TOKENS.filter((name) => weights.has(name))
  if (present.length === 0) return x
  const batch = builder.node('Shape', [patches], { start: 0, end: 1 })
  const prefix = present.map((name) => {
    const [, tokens] = weights.shapeOf(name)
    const shape = builder.node('Concat', [batch, builder.integers([tokens!, width])], { axis: 0 })
    return builder.node('Expand', [weights.take(name, [1, tokens!, width]), shape])
  })
  const all = builder.node('Concat', [...prefix, x], { axis: 1 })
  return coversPrefix ? builder.node('Add', [all, positionEmbedding]) : all
}

/** @param name what the block's weights begin with */
export function transformerBlock(
  network: Network,
  input: Value,
  name: string,
  { width, heads }: TransformerOptions,
): Value {
  const { builder } = network
  let x = layerNorm(network, input, `${name}.norm1`, width, NORM)
  x = attention(network, x, `${name}.attn`, width, heads)
  const attended = builder.node('Add', [input, layerScale(network, x, `${name}.ls1`, width)])
  x = layerNorm(network, attended, `${name}.norm2`, width, NORM)
  const [hidden] = network.weights.shapeOf(`${name}.mlp.fc1.weight`)
  x = activate(builder, linear(network, x, `${name}.mlp.fc1`, width, hidden!), 'gelu')
  x = linear(network, x, `${name}.mlp.fc2`, hidden!, width)
  return builder.node('Add', [attended, layerScale(network, x, `${name}.ls2`, width)])
}

function attention(network: Network, x: Value, name: string, width: number, heads: number): Value {
  const { builder } = network
  const head = width / heads
  const qkv = linear(network, x, `${name}.qkv`, width, 3 * width)
  const split = builder.node('Reshape', [qkv, builder.integers([0, 0, 3, heads, head])])
  // [3, n, heads, tokens, head]
  const stacked = builder.node('Transpose', [split], { perm: [2, 0, 3, 1, 4] })
  const [q, k, v] = [0, 1, 2].map((i) => {
    const slice = builder.node('Slice', [
      stacked,
      builder.integers([i]),
      builder.integers([i + 1]),
      builder.integers([0]),
    ])
    return builder.node('Squeeze', [slice, builder.integers([0])])
  })
  const scaled = builder.node('Mul', [q!, builder.scalar(head ** -0.5)])
  const scores = builder.node('MatMul', [scaled, builder.node('Transpose', [k!], { perm: [0, 1, 3, 2] })])
  const mixed = builder.node('MatMul', [builder.node('Softmax', [scores], { axis: -1 }), v!])
  const merged = builder.node('Transpose', [mixed], { perm: [0, 2, 1, 3] })
  const joined = builder.node('Reshape', [merged, builder.integers([0, 0, width])])
  return linear(network, joined, `${name}.proj`, width, width)
}

function layerScale({ builder, weights }: Network, x: Value, name: string, width: number): Value {
  return weights.has(`${name}.gamma`) ? builder.node('Mul', [x, weights.take(`${name}.gamma`, [width])]) : x
}

/** Of `[n, tokens, width]` what stands for the whole image. */
export function pooled({ builder, weights }: Network, x: Value): Value {
  const token = (index: number) => builder.node('Gather', [x, builder.index(index)], { axis: 1 })
  if (!weights.has('dist_token')) return token(0)
  return builder.node('Mul', [builder.node('Add', [token(0), token(1)]), builder.scalar(0.5)])
}
