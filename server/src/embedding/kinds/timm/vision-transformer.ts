import type { Value } from '../onnx/graph.ts'
import type { Backbone } from './backbone.ts'
import { activate, convolution, layerNorm, linear, type Network } from './layers.ts'

interface TransformerOptions {
  width: number
  depth: number
  heads: number
  patch: number
  /** Width and height of images, for networks whose positions are resized to it (`dynamic_img_size` in timm). */
  dynamicSize?: number
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
  vit_base_patch16_siglip_224: { ...BASE, patch: 16 },
  vit_base_patch16_siglip_gap_224: { ...BASE, patch: 16 },
  test_vit: { width: 64, depth: 6, heads: 2, patch: 16, dynamicSize: 224 },
}

const NORM = { eps: 1e-6 }
/** Tokens that are not patches, in the order in which they stand before the patches. */
const PREFIX_TOKENS = ['cls_token', 'dist_token', 'reg_token']

/**
 * ViT (Dosovitskiy et al.: "An image is worth 16×16 words", 2021), DeiT (Touvron et al. 2021, 2022) and SigLIP (Zhai et al. 2023)
 * as timm lays them out. The weights decide about the features, see `featuresOf`.
 */
export const visionTransformers: Backbone[] = Object.entries(FAMILY).map(([name, options]) => ({
  name,
  build: (network, pixels) => build(network, pixels, options),
  inputSizeOf: (network) => options.dynamicSize ?? gridOf(network) * options.patch,
}))

function build(network: Network, pixels: Value, options: TransformerOptions) {
  const { builder, weights } = network
  const { width, depth, patch, dynamicSize } = options
  let x = convolution(network, pixels, 'patch_embed.proj', { stride: patch })
  x = builder.node('Reshape', [x, builder.integers([0, width, -1])])
  x = builder.node('Transpose', [x], { perm: [0, 2, 1] })
  x = withPositions(network, x, width, dynamicSize && dynamicSize / patch)
  if (weights.has('norm_pre.weight')) x = layerNorm(network, x, 'norm_pre', width, NORM)
  for (let i = 0; i < depth; i++) x = transformerBlock(network, x, `blocks.${i}`, options)
  return { features: featuresOf(network, x, width), width }
}

/**
 * Pools `[n, tokens, width]`. A network that timm made with `global_pool="avg"` has `fc_norm` after the mean of the patches; one
 * without further tokens has `norm` before it. Others have the class token, and a distilled DeiT also the distillation token.
 */
function featuresOf(network: Network, x: Value, width: number): Value {
  const { builder, weights } = network
  const prefix = prefixLength(network)
  const mean = (tokens: Value) => builder.node('ReduceMean', [tokens, builder.integers([1])], { keepdims: 0 })
  if (weights.has('fc_norm.weight')) {
    const patches = prefix === 0 ? x : slice(network, x, prefix, Number.MAX_SAFE_INTEGER)
    return layerNorm(network, mean(patches), 'fc_norm', width, NORM)
  }
  const normalised = layerNorm(network, x, 'norm', width, NORM)
  return prefix === 0 ? mean(normalised) : pooled(network, normalised)
}

/** Tokens from one index up to another. */
function slice({ builder }: Network, x: Value, from: number, to: number): Value {
  return builder.node('Slice', [x, builder.integers([from]), builder.integers([to]), builder.integers([1])])
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

/**
 * Adds the position embedding, which covers the tokens before the patches or, in newer networks, just the patches.
 * @param requestedGrid patches on one side of the image, if the positions are for another number
 */
export function withPositions(
  network: Network,
  patches: Value,
  width: number,
  requestedGrid = gridOf(network),
): Value {
  const { builder, weights } = network
  const grid = gridOf(network)
  const [, positions] = weights.shapeOf('pos_embed')
  const stored = weights.take('pos_embed', [1, positions!, width])
  const positionEmbedding =
    requestedGrid === grid ? stored : resized(network, stored, positions! - grid * grid, requestedGrid, width)
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

/** Resizes the positions of the patches as timm's `resample_abs_pos_embed` does: bicubic, with antialiasing. */
function resized(network: Network, positions: Value, prefix: number, grid: number, width: number): Value {
  const { builder } = network
  const side = gridOf(network)
  const ofPatches = prefix === 0 ? positions : slice(network, positions, prefix, prefix + side * side)
  let map = builder.node('Reshape', [ofPatches, builder.integers([1, side, side, width])])
  map = builder.node('Transpose', [map], { perm: [0, 3, 1, 2] })
  map = builder.node('Resize', [map, '', '', builder.integers([1, width, grid, grid])], {
    mode: 'cubic',
    coordinate_transformation_mode: 'half_pixel',
    cubic_coeff_a: { float: -0.5 },
    antialias: 1,
    exclude_outside: 1,
  })
  map = builder.node('Transpose', [map], { perm: [0, 2, 3, 1] })
  map = builder.node('Reshape', [map, builder.integers([1, grid * grid, width])])
  if (prefix === 0) return map
  return builder.node('Concat', [slice(network, positions, 0, prefix), map], { axis: 1 })
}

/** @param name prefix of the names of the block's weights */
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

/** Returns the vector of the whole image from `[n, tokens, width]`. */
export function pooled({ builder, weights }: Network, x: Value): Value {
  const token = (index: number) => builder.node('Gather', [x, builder.index(index)], { axis: 1 })
  if (!weights.has('dist_token')) return token(0)
  return builder.node('Mul', [builder.node('Add', [token(0), token(1)]), builder.scalar(0.5)])
}
