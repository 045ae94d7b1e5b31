import { readFileSync } from 'node:fs'
import { readdir, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { definitionFor, startHost } from '../../../testing/embedders.ts'
import { encodeSafetensors } from '../../../testing/safetensors.ts'
import { temporaryDirectory } from '../../../testing/temporary.ts'
import { openCheckpoint } from '../../checkpoint/open-checkpoint.ts'
import type { Embedder, ImageBatch } from '../../embedder.ts'
import { normaliseVectors } from '../../vectors.ts'
import { createTimmEmbedder } from './timm-embedder.ts'

const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name)
const TARGET = 'server.embedders.default.DefaultEmbedder'

/** Results of the reference; see the fixtures' `embedding_…` keys. */
interface Expected {
  backbone: string
  embedding_size: number
  hidden_layer_size: number
  embedding_of_raw_0_1_pixels: number[][]
  embedding_after_imagenet_normalisation: number[][]
}
const expectedOf = (name: string): Expected => JSON.parse(readFileSync(fixture(`${name}.json`), 'utf8'))

/** Each value of the tiles covers 16 × 16 pixels of a 224 × 224 image. */
function imagesOf(name: string): ImageBatch {
  const file = readFileSync(fixture(`${name}.tiles.npy`))
  const tiles = new Float32Array(file.buffer.slice(file.byteOffset + file.length - 3 * 14 * 14 * 3 * 4))
  const data = new Float32Array(3 * 224 * 224 * 3)
  for (let i = 0; i < data.length; i++) {
    const c = i % 3
    const x = Math.floor(i / 3) % 224
    const y = Math.floor(i / (3 * 224)) % 224
    const n = Math.floor(i / (3 * 224 * 224))
    data[i] = tiles[((n * 14 + (y >> 4)) * 14 + (x >> 4)) * 3 + c]!
  }
  return { data, count: 3, width: 224, height: 224 }
}

interface OpenOptions {
  args?: unknown[]
  directory?: string
  hash?: string
  logged?: string[]
}

async function open(
  kwargs: Record<string, unknown>,
  { args = [], directory, hash = 'x', logged = [] }: OpenOptions = {},
): Promise<Embedder> {
  const embedder = await createTimmEmbedder(definitionFor({ target: TARGET, args, kwargs }), {
    cacheDirectory: directory ?? (await temporaryDirectory()),
    device: 'auto',
    threads: 1,
    fingerprint: hash,
    log: (message) => logged.push(message),
    warn: () => {},
    progress: () => {},
  })
  onTestFinished(() => embedder.close!())
  return embedder
}

const argumentsOf = (name: string) => {
  const { backbone, embedding_size, hidden_layer_size } = expectedOf(name)
  return { timm_backbone: backbone, weights_path: fixture(`${name}.pth`), embedding_size, hidden_layer_size }
}

function largestDifference(found: Float32Array, expected: number[][]): number {
  const unit = normaliseVectors(found, expected.length, expected[0]!.length) as Float32Array[]
  return Math.max(...expected.flatMap((row, n) => row.map((value, d) => Math.abs(value - unit[n]![d]!))))
}

describe.each(['test_convnext', 'test_efficientnet', 'test_vit'])('the reference’s checkpoint %s', (name) => {
  it('yields what the reference computes, normalised or not', async () => {
    const expected = expectedOf(name)
    const normalised = await open(argumentsOf(name))
    expect(normalised).toMatchObject({ dimensions: 32, inputSize: { width: 224, height: 224 } })
    const found = await normalised.embed(imagesOf(name), 'photo')
    expect(largestDifference(found, expected.embedding_after_imagenet_normalisation)).toBeLessThan(1e-5)
    const raw = await open({ ...argumentsOf(name), normalize: false })
    const foundRaw = await raw.embed(imagesOf(name), 'photo')
    expect(largestDifference(foundRaw, expected.embedding_of_raw_0_1_pixels)).toBeLessThan(1e-5)
    expect(await raw.embed(imagesOf(name), 'sketch')).toEqual(foundRaw)
  })

  it.each(['F32', 'F16', 'BF16'] as const)(
    'can be kept in safetensors as %s, with or without its head',
    async (type) => {
      const { tensors, close } = await openCheckpoint(fixture(`${name}.pth`))
      const backbone: Parameters<typeof encodeSafetensors>[0] = {}
      const whole: typeof backbone = {}
      for (const [key, tensor] of tensors) {
        const entry = { type, shape: tensor.shape, values: await tensor.read() }
        whole[key] = entry
        if (key.startsWith('backbone.model.')) backbone[key.slice('backbone.model.'.length)] = entry
      }
      close()
      const folder = await temporaryDirectory()
      await writeFile(join(folder, 'whole.safetensors'), encodeSafetensors(whole))
      await writeFile(join(folder, 'backbone.safetensors'), encodeSafetensors(backbone))
      const { timm_backbone } = argumentsOf(name)
      const embedder = await open({ timm_backbone, weights_path: join(folder, 'whole.safetensors') })
      const found = await embedder.embed(imagesOf(name), 'photo')
      const tolerance = { F32: 1e-5, F16: 0.01, BF16: 0.1 }[type]
      const expected = expectedOf(name).embedding_after_imagenet_normalisation
      expect(largestDifference(found, expected)).toBeLessThan(tolerance)

      const logged: string[] = []
      const bare = await open(
        { timm_backbone, weights_path: join(folder, 'backbone.safetensors'), normalize: true },
        { logged },
      )
      expect(bare.dimensions).toBe({ test_vit: 64, test_convnext: 64, test_efficientnet: 256 }[name])
      expect(logged).toEqual([expect.stringMatching(/has no projection head: its pooled features/)])
    },
  )
})

describe('DefaultEmbedder', () => {
  it('receives a sketch in grey, in -1…1, as the reference trained it', async () => {
    const embedder = await open({ ...argumentsOf('test_convnext') })
    const raw = await open({ ...argumentsOf('test_convnext'), normalize: false })
    const images = imagesOf('test_convnext')
    const grey = images.data.slice()
    for (let i = 0; i < grey.length; i += 3) {
      const luma = 0.299 * grey[i]! + 0.587 * grey[i + 1]! + 0.114 * grey[i + 2]!
      grey.fill((luma - 0.5) / 0.5, i, i + 3)
    }
    const found = await embedder.embed(images, 'sketch')
    const expected = await raw.embed({ ...images, data: grey }, 'photo')
    for (const [n, value] of expected.entries()) expect(found[n]).toBeCloseTo(value, 4)
  })

  it('builds the graph once for the same weights', async () => {
    const directory = await temporaryDirectory()
    const graphs = async () => (await readdir(directory)).filter((file) => file.endsWith('.onnx'))
    await open(argumentsOf('test_convnext'), { directory, hash: 'a' })
    const [first] = await graphs()
    const { mtimeMs } = await stat(join(directory, first!))
    await open(argumentsOf('test_convnext'), { directory, hash: 'a' })
    expect((await stat(join(directory, first!))).mtimeMs).toBe(mtimeMs)
    await open(argumentsOf('test_convnext'), { directory, hash: 'b' })
    expect(await graphs()).toHaveLength(2)
  })

  it.each(['', '.data'])('builds the graph again if its stored file is damaged: model%s', async (suffix) => {
    const directory = await temporaryDirectory()
    await open(argumentsOf('test_convnext'), { directory })
    const [graph] = (await readdir(directory)).filter((file) => file.endsWith('.onnx'))
    await truncate(join(directory, `${graph}${suffix}`), 100)
    const logged: string[] = []
    const kwargs = { ...argumentsOf('test_convnext'), normalize: true }
    const embedder = await open(kwargs, { directory, logged })
    expect(logged).toEqual([expect.stringMatching(/can't be used and is built again/)])
    const expected = expectedOf('test_convnext').embedding_after_imagenet_normalisation
    expect(
      largestDifference(await embedder.embed(imagesOf('test_convnext'), 'photo'), expected),
    ).toBeLessThan(1e-5)
  })

  it('removes what an interrupted start left of its graph, and nothing that is being written', async () => {
    const directory = await temporaryDirectory()
    await open(argumentsOf('test_convnext'), { directory })
    const [graph] = (await readdir(directory)).filter((file) => file.endsWith('.onnx'))
    const [left, written] = [`${graph}.data.1.tmp`, `${graph}.data.2.tmp`]
    for (const name of [left, written]) await writeFile(join(directory, name), 'half of it')
    const anHourAgo = new Date(Date.now() - 3_600_000)
    await utimes(join(directory, left), anHourAgo, anHourAgo)
    await open(argumentsOf('test_convnext'), { directory })
    expect((await readdir(directory)).sort()).toEqual([graph, `${graph}.data`, written])
  })

  it('accepts its arguments in the order of the reference’s constructor, and in that of version 0.1', async () => {
    const { timm_backbone, weights_path, embedding_size, hidden_layer_size } = argumentsOf('test_convnext')
    for (const args of [
      [embedding_size, hidden_layer_size, timm_backbone, weights_path],
      [timm_backbone, weights_path, embedding_size, hidden_layer_size],
    ])
      expect((await open({}, { args })).dimensions).toBe(32)
  })

  it('logs that pixels are normalised, unless it is set', async () => {
    for (const [normalize, lines] of [
      [undefined, 1],
      [true, 0],
      [false, 0],
    ] as const) {
      const logged: string[] = []
      await open({ ...argumentsOf('test_convnext'), normalize }, { logged })
      expect(logged).toHaveLength(lines)
      for (const line of logged) expect(line).toMatch(/^Pixels are normalised .*"normalize: false"/)
    }
  })

  it('runs in the embedding process', async () => {
    const embedder = await startHost(
      { target: TARGET, kwargs: argumentsOf('test_efficientnet') },
      { loadSettings: { cacheDirectory: await temporaryDirectory() } },
    )
    expect(embedder.dimensions).toBe(32)
    expect(embedder.measurement.threads).toBeGreaterThan(0)
  })

  it.each([
    [{}, /kwargs\.weights_path: is missing/],
    [{ weights_path: null }, /kwargs\.weights_path: is missing/],
    [{ weights_path: 'nowhere.pth' }, /nowhere\.pth can't be read: there is no such file/],
    [
      { ...argumentsOf('test_convnext'), timm_backbone: 'convnext_tiny' },
      /test_convnext\.pth: the checkpoint lacks \d+ weights of convnext_tiny, such as backbone/,
    ],
    [
      { weights_path: fixture('test_convnext.pth') },
      /lacks \d+ weights of convnext_tiny \(the default of timm_backbone\), such as/,
    ],
    [
      { ...argumentsOf('test_convnext'), timm_backbone: 'resnet18' },
      /lacks \d+ weights of resnet18, such as backbone\.model\.conv1\.weight, .*, and has 99 others, such as backbone\.model\.stem\.0\.weight/,
    ],
    [
      { ...argumentsOf('test_convnext'), timm_backbone: 'vit_base_patch16_224' },
      /lacks \d+ weights of vit_base_patch16_224, such as backbone\.model\.\S*, .*and has \d+ others/,
    ],
    [
      { ...argumentsOf('test_convnext'), embedding_size: 1536 },
      /embedding_size: 1536 was given, but the checkpoint has 32/,
    ],
    [
      { ...argumentsOf('test_convnext'), weight_path: 'x' },
      /kwargs\.weight_path: is not known; did you mean weights_path\?/,
    ],
    [{ ...argumentsOf('test_convnext'), embedding_size: 'big' }, /kwargs\.embedding_size/],
  ])('refuses %j in one sentence', async (kwargs, reason) => {
    await expect(open(kwargs)).rejects.toThrow(reason)
  })

  it.each([
    ['backbone.model.stages.0.blocks.1.gamma', 'test_convnext'],
    ['projection_head.5.weight', 'a projection head of three layers'],
  ])('reports weights that the network lacks: %s', async (name, what) => {
    const { tensors, close } = await openCheckpoint(fixture('test_convnext.pth'))
    const more: Parameters<typeof encodeSafetensors>[0] = {}
    for (const [key, tensor] of tensors)
      more[key] = { type: 'F32', shape: tensor.shape, values: await tensor.read() }
    close()
    more[name] = { type: 'F32', shape: [24], values: new Float32Array(24) }
    const weights_path = join(await temporaryDirectory(), 'more.safetensors')
    await writeFile(weights_path, encodeSafetensors(more))
    await expect(open({ timm_backbone: 'test_convnext', weights_path })).rejects.toThrow(
      `has 1 weight that ${what} does not have, such as ${name}`,
    )
  })
})
