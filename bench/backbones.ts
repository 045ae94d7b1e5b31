/**
 * `npm run bench:backbones -- PYTHON [NAME…]`: which timm backbones run as a graph that is built here, which through Python,
 * and how far their vectors are from those of PyTorch, with random weights in evaluation mode. PYTHON has torch and timm.
 * Prints the table of bench/results/backbones.md, and fails if a difference is too large, or if Sketch-Search can't embed with one that
 * PyTorch runs.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { embedderSchema } from '../server/src/config/schema.ts'
import { timmInPython } from '../server/src/embedding/kinds/timm/in-python.ts'
import { openEmbedder } from '../server/src/embedding/open-embedder.ts'
import type { Embedding } from '../server/src/embedding/process/embedder-client.ts'
import { withoutTelemetry } from '../server/src/embedding/telemetry.ts'
import { DomainError, messageOf } from '../server/src/errors.ts'

/** Small networks of common families, and of some others. */
const BACKBONES: Record<string, readonly string[]> = {
  ConvNeXt: ['convnext_tiny', 'convnext_atto'],
  'ConvNeXt V2': ['convnextv2_atto', 'convnextv2_nano'],
  EfficientNet: ['efficientnet_b0', 'efficientnet_b1', 'tf_efficientnet_b0'],
  MobileNetV2: ['mobilenetv2_100', 'mobilenetv2_050'],
  MNASNet: ['mnasnet_100'],
  ResNet: ['resnet18', 'resnet50', 'resnet26d'],
  'ResNeXt, SE': ['resnext50_32x4d', 'seresnet50', 'seresnext50_32x4d'],
  RegNet: ['regnetx_002', 'regnety_002', 'regnety_016'],
  DenseNet: ['densenet121', 'densenet169'],
  ViT: ['vit_tiny_patch16_224', 'vit_small_patch32_224', 'vit_tiny_patch16_384', 'vit_small_patch14_dinov2'],
  SigLIP: ['vit_base_patch16_siglip_224', 'vit_base_patch16_siglip_gap_224'],
  DeiT: ['deit_tiny_patch16_224', 'deit3_small_patch16_224', 'deit_tiny_distilled_patch16_224'],
  Swin: ['swin_tiny_patch4_window7_224', 'swinv2_cr_tiny_224', 'swinv2_tiny_window8_256'],
  MaxViT: ['maxvit_rmlp_pico_rw_256', 'maxvit_tiny_tf_224'],
  BYOBNet: ['test_byobnet', 'repvgg_a0'],
  MobileNetV3: ['mobilenetv3_large_100'],
  GhostNet: ['ghostnet_100'],
  HGNet: ['hgnetv2_b0'],
  LCNet: ['lcnet_050'],
  Mixer: ['mixer_s32_224'],
  PoolFormer: ['poolformerv2_s12'],
  XCiT: ['xcit_nano_12_p16_224'],
  BEiT: ['beit_base_patch16_224'],
  CaiT: ['cait_xxs24_224'],
  MobileViT: ['mobilevit_xxs'],
  Xception: ['xception41'],
}
const SIDE = 224
const MAX_DIFFERENCE = 1e-4

/** The output of backbones.py. */
type Computed = { name: string } & ({ vectors: number[][] } | { refused: string })

const [python, ...given] = process.argv.slice(2)
if (python === undefined) throw new Error('Name a Python that has torch and timm.')
const families = given.length > 0 ? { given } : BACKBONES
const folder = await mkdtemp(join(tmpdir(), 'sketch-search-backbones-'))
let isAlike = true
try {
  console.log(
    '| family | backbone | in Sketch-Search | largest difference | in the reference implementation |',
  )
  console.log('| --- | --- | --- | ---: | --- |')
  for (const [family, names] of Object.entries(families))
    for await (const computed of compute(names)) console.log(await row(family, computed))
} finally {
  rmSync(folder, { recursive: true })
}
if (!isAlike) throw new Error(`Sketch-Search fails, or a difference is above ${MAX_DIFFERENCE}.`)

async function* compute(names: readonly string[]): AsyncGenerator<Computed> {
  const program = join(import.meta.dirname, 'backbones.py')
  const child = spawn(python!, [program, folder, ...names], {
    env: withoutTelemetry(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const missing = new Set(names)
  for await (const line of createInterface({ input: child.stdout })) {
    const computed = JSON.parse(line) as Computed
    missing.delete(computed.name)
    yield computed
  }
  const [code] = await closed
  if (code !== 0 || missing.size > 0)
    throw new Error(`backbones.py ended with code ${code} before ${[...missing].join(', ')}.`)
}

async function row(family: string, computed: Computed): Promise<string> {
  const { name } = computed
  const cells = (route: string, difference: string, reference: string) =>
    `| ${family} | \`${name}\` | ${route} | ${difference} | ${reference} |`
  const weights_path = join(folder, `${name}.pth`)
  const definition = embedderSchema.parse({
    ...{ target: 'timm', python, device: 'cpu', start_timeout_s: 300 },
    kwargs: { timm_backbone: name, weights_path, normalize: false },
  })
  const route = timmInPython(definition) === undefined ? 'graph' : 'Python'
  if ('refused' in computed && (route === 'graph' || !existsSync(weights_path)))
    return cells(route === 'graph' ? 'graph, not compared' : 'refused', '–', `fails: ${computed.refused}`)
  const vectors = 'vectors' in computed ? computed.vectors : []
  try {
    const registry = { chosen_embedder: name, embedders: { [name]: definition } }
    const { embedder } = await openEmbedder(name, registry, {
      ...{ dataDirectory: folder, canWrite: false, onOutput: () => {} },
    })
    try {
      if ('refused' in computed) return cells(route, '–', `fails: ${computed.refused}`)
      const pixels = readFileSync(join(folder, 'pixels'))
      const images = vectors.map((_, n) => ({
        data: pixels.subarray(n * SIDE * SIDE * 3, (n + 1) * SIDE * SIDE * 3),
        ...{ width: SIDE, height: SIDE },
      }))
      const found = await embedder.embed(images, 'photo', 'bulk')
      const difference = Math.max(...vectors.map((vector, n) => largestDifference(vector, found[n]!)))
      isAlike &&= difference < MAX_DIFFERENCE
      return cells(route, difference.toExponential(1), 'works')
    } finally {
      await embedder.close()
    }
  } catch (error) {
    if ('vectors' in computed) {
      isAlike = false
      return cells(`${route}, fails: ${messageOf(error)}`, '–', 'works')
    }
    const [, reason] = /: ValueError: (.*) \(timm_embedder\.py/.exec(messageOf(error)) ?? []
    return cells('refused', '–', `fails: ${reason ?? messageOf(error)}`)
  } finally {
    rmSync(weights_path, { force: true })
  }
}

function largestDifference(expected: readonly number[], found: Embedding): number {
  if (found instanceof DomainError) throw found
  return Math.max(...expected.map((value, d) => Math.abs(value - found[d]!)))
}
