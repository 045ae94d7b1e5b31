/** Custom embedders: the examples of the documents, and the page while another embedder takes over. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { drawDemoGallery } from '../scripts/demo/draw-gallery.ts'
import { findPython } from '../scripts/python.ts'
import { findTransformers } from '../scripts/transformers.ts'
import { createGraphBuilder } from '../server/src/embedding/kinds/onnx/graph.ts'
import { writeModel } from '../server/src/embedding/kinds/onnx/write-model.ts'
import { takeMeasurements } from '../server/src/testing/measurements.ts'
import { picture, writeSettled } from '../server/src/testing/pictures.ts'
import { type OnEnd, onceForAll, temporaryDirectory } from '../server/src/testing/temporary.ts'
import { draw, launchBrowser, openPage, PHONE } from './support/browser.ts'
import { untilIndexed } from './support/demo.ts'
import { writeExampleConfig } from './support/example-config.ts'
import { runCommand, runInBackground, startProduct } from './support/product.ts'
import { UMBRELLA } from './support/shapes.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const EXAMPLES = join(ROOT, 'examples', 'embedders.yaml')
const REGISTRY = 'SERVER__EMBEDDER_REGISTRY__'
const CHOSEN = `${REGISTRY}CHOSEN_EMBEDDER`
const EMBEDDERS = Object.keys(parse(await readFile(EXAMPLES, 'utf8')).embedder_registry.embedders)

/** A folder with the configuration of the examples for this machine. */
const config = await writeExampleConfig(await mkdtemp(join(tmpdir(), 'sketch-search-examples-')))
afterAll(() => rm(dirname(config), { recursive: true, force: true }))

async function smallGallery() {
  const gallery = await temporaryDirectory()
  for (let n = 0; n < 5; n++) await writeSettled(join(gallery, `${n}.png`), await picture(n))
  const data = await temporaryDirectory()
  takeMeasurements(data)
  return { gallery, data }
}

describe('the examples', () => {
  it.each(EMBEDDERS)('%s indexes, and finds a picture by itself', async (name) => {
    const { gallery, data } = await smallGallery()
    // Different bytes, so that the copy is embedded.
    const query = join(await temporaryDirectory(), 'query.jpg')
    await writeFile(query, await picture(3, 'jpeg'))
    const args = ['search', gallery, '--config', config, '--data-directory', data, '--image', query, '--json']
    const isPlacedElsewhere = name === 'transformers' ? findTransformers() : undefined
    const result = await runCommand(args, { [CHOSEN]: name }, isPlacedElsewhere ?? ROOT)
    expect(result).toMatchObject({ code: 0 })
    expect(JSON.parse(result.stdout)[0]).toMatchObject({ path: '3.png', score: expect.closeTo(1, 1) })
  })

  it('of CLIP accepts words', async () => {
    const { gallery, data } = await smallGallery()
    const args = ['search', gallery, '--config', config, '--data-directory', data, '--json']
    const { stdout, code } = await runCommand(
      [...args, '--text', 'a red circle'],
      { [CHOSEN]: 'transformers' },
      findTransformers() ?? ROOT,
    )
    expect(code).toBe(0)
    const found = JSON.parse(stdout) as { path: string; score: number }[]
    expect(found).toHaveLength(5)
    expect(new Set(found.map(({ score }) => score)).size).toBeGreaterThan(1)
  })

  it('are listed with their dimensions and speed; one whose library is missing prints a remedy', async () => {
    const { gallery, data } = await smallGallery()
    const args = ['embedders', gallery, '--config', config, '--data-directory', data]
    const { stdout, code } = await runCommand(args, { [CHOSEN]: 'python' }, ROOT)
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^ {3}checkpoint +server\.embedders\.default\.DefaultEmbedder of .*\.pth +32 +\d+/m,
    )
    expect(stdout).toMatch(/^\* {2}python +ColorGrid in examples\/color_grid\.py +147 +\d+ +\d+\.\d ms +0$/m)
    expect(stdout).toMatch(/"transformers".*install it with "npm install @huggingface\/transformers"\.$/m)
  })
})

/** A model as Hugging Face lays it out: its vectors are means of 4 × 4 pixels. */
async function writeModelFolder(type: string, file: string, output: string, onEnd: OnEnd): Promise<string> {
  const folder = join(await temporaryDirectory(onEnd), `tiny-${type}`)
  await mkdir(join(folder, 'onnx'), { recursive: true })
  await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: type }))
  const preprocessor = {
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    size: { height: 16, width: 16 },
  }
  await writeFile(
    join(folder, 'preprocessor_config.json'),
    JSON.stringify({ image_processor_type: 'ViTImageProcessor', ...preprocessor }),
  )
  const builder = createGraphBuilder()
  const means = builder.node('AveragePool', ['pixel_values'], { kernel_shape: [4, 4], strides: [4, 4] })
  const rows = builder.node('Reshape', [means, builder.integers([0, 3, 16])])
  const isPooled = output === 'pooler_output'
  const result = isPooled
    ? builder.node('Flatten', [means], { axis: 1 })
    : builder.node('Transpose', [rows], { perm: [0, 2, 1] })
  const graph = builder.finish(
    { name: 'pixel_values', shape: ['n', 3, 16, 16] },
    { name: result, shape: isPooled ? ['n', 48] : ['n', 16, 3] },
    output,
  )
  await writeModel(graph, join(folder, 'onnx', `${file}.onnx`))
  return folder
}

describe('target: transformers', () => {
  /** One command lists all of them. */
  const infos = onceForAll(async (onEnd) => {
    const siglip = await writeModelFolder('siglip', 'vision_model', 'pooler_output', onEnd)
    const dinov2 = await writeModelFolder('dinov2', 'model', 'last_hidden_state', onEnd)
    const of = (kwargs: Record<string, unknown>, more = {}) => ({ target: 'transformers', kwargs, ...more })
    const registry = {
      siglip: of({ model: siglip }),
      mean: of({ model: dinov2, pooling: 'mean' }),
      flatten: of({ model: dinov2, pooling: 'flatten', offline: true }),
      cuda: of({ model: dinov2 }, { device: 'cuda' }),
      unknown: of({ model: 'nobody/nothing', offline: true }),
      noOutput: of({ model: dinov2, output: 'no_such' }),
      noType: of({ model: dinov2, dtype: 'fp64' }),
    }
    const data = await temporaryDirectory(onEnd)
    takeMeasurements(data)
    const args = ['embedders', await temporaryDirectory(onEnd), '--data-directory', data, '--json']
    const given = { [`${REGISTRY}EMBEDDERS`]: JSON.stringify(registry) }
    const { stdout } = await runCommand(args, given, findTransformers())
    const list = JSON.parse(stdout) as { name: string }[]
    return Object.fromEntries(list.map((fact) => [fact.name, fact]))
  })

  it.each([
    ['siglip', 48],
    ['mean', 3],
    ['flatten', 48],
  ] as const)('runs models from a folder: %s', (name, dimensions) => {
    expect(infos()[name]).toMatchObject({ dimensions })
  })

  it('runs without a GPU', () => {
    expect(infos().cuda).toMatchObject({ dimensions: 3 })
  })

  it.each([
    ['unknown', /nobody\/nothing can't be loaded: .*"offline: true" forbids/],
    ['noOutput', /output: there is no "no_such"; the model has last_hidden_state/],
    ['noType', /kwargs\.dtype/],
  ] as const)('explains why it rejects a model: %s', (name, problem) => {
    expect(infos()[name]).toMatchObject({ problem: expect.stringMatching(problem) })
  })
})

describe('an embedder in a package', () => {
  it('is found where the command runs', async () => {
    const directory = await temporaryDirectory()
    const folder = join(directory, 'node_modules', 'my-model')
    await mkdir(folder, { recursive: true })
    await writeFile(
      join(folder, 'package.json'),
      '{"name": "my-model", "type": "module", "exports": "./index.js"}',
    )
    await writeFile(
      join(folder, 'index.js'),
      'export class Model { embed({ count }) { return new Float32Array(count * 2).fill(1) } }',
    )
    const { gallery, data } = await smallGallery()
    const registry = JSON.stringify({ mine: { target: 'my-model#Model' } })
    const args = ['embedders', gallery, '--data-directory', data, '--json']
    const { stdout } = await runCommand(args, { [`${REGISTRY}EMBEDDERS`]: registry }, directory)
    expect(JSON.parse(stdout)[0]).toMatchObject({ name: 'mine', dimensions: 2 })
  })
})

describe('a command that is stopped while a model is being loaded', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('leaves nothing behind: %s', async (signal) => {
    const { gallery, data } = await smallGallery()
    const pidFile = join(await temporaryDirectory(), 'pid')
    const registry = {
      slow: {
        file: join(ROOT, 'server/src/embedding/kinds/python/fixtures/misbehaving.py'),
        class_name: 'LoadsForEver',
        args: [pidFile],
        python: findPython(),
      },
    }
    const child = runInBackground(['index', gallery, '--data-directory', data], {
      [CHOSEN]: 'slow',
      [`${REGISTRY}EMBEDDERS`]: JSON.stringify(registry),
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await expect.poll(() => readFile(pidFile, 'utf8').then(Number, () => 0)).toBeGreaterThan(0)
    const embedding = Number(await readFile(pidFile, 'utf8'))
    child.kill(signal)
    await ended
    await expect.poll(() => readFile(`/proc/${embedding}/cmdline`, 'utf8').catch(() => '')).toBe('')
  })
})

describe('sketch-search prune', () => {
  it('deletes the vectors of an embedder, but not those of the chosen one', async () => {
    const { gallery, data } = await smallGallery()
    const common = [gallery, '--config', config, '--data-directory', data]
    const prune = (chosen: string) =>
      runCommand(['prune', ...common, '--embedder', 'typescript'], { [CHOSEN]: chosen }, ROOT)
    await runCommand(['index', ...common], { [CHOSEN]: 'typescript' }, ROOT)
    expect(await prune('typescript')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is the chosen embedder/),
    })
    expect(await prune('onnx')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^5 vectors of "typescript" deleted, \d\.\d MiB freed\.\n$/),
    })
    expect(await prune('onnx')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no vectors of an embedder/),
    })
  })
})

/** Fails while one file exists. Embeds slowly until another one exists: a busy machine takes long to show the page. */
const PATIENT = `
import { existsSync } from 'node:fs'
export class Patient {
  dimensions = 4
  inputSize = { width: 16, height: 16 }
  constructor({ sick, hurry }) { Object.assign(this, { sick, hurry }) }
  async embed({ data, count }) {
    if (existsSync(this.sick)) throw new Error('out of memory')
    for (let n = 0; n < 5 * count && !existsSync(this.hurry); n++)
      await new Promise((resolve) => setTimeout(resolve, 100))
    return Float32Array.from({ length: count * 4 }, (_, i) => data[i * 190] + 0.1)
  }
}`

describe('another embedder', () => {
  it('is shown on the page until it has embedded everything; a failing one is shown, too', async () => {
    const directory = await temporaryDirectory()
    const gallery = join(directory, 'gallery')
    const data = join(directory, 'data')
    await drawDemoGallery(gallery, 10)
    const before = await startProduct(gallery, data, { [CHOSEN]: 'classical' })
    await untilIndexed(before.url, 120)
    await before.stop()

    const [sick, hurry] = [join(directory, 'sick'), join(directory, 'hurry')]
    await writeFile(join(directory, 'patient.mjs'), PATIENT)
    const product = await startProduct(gallery, data, {
      [CHOSEN]: 'patient',
      [`${REGISTRY}EMBEDDERS`]: JSON.stringify({
        patient: { file: join(directory, 'patient.mjs'), class_name: 'Patient', kwargs: { sick, hurry } },
      }),
    })
    onTestFinished(async () => void (await product.stop()))
    const browser = await launchBrowser()
    onTestFinished(() => browser.close())
    const { page, complaints } = await openPage(browser, product.url)
    await page.getByText(/The model was changed to “patient”, which has read \d+ of 120 pictures/).waitFor()
    await page.screenshot({ path: join(ROOT, 'e2e', 'screenshots', 'model-changed.png') })
    await draw(page, UMBRELLA)
    await page.getByTestId('count').getByText(/match/).waitFor()

    await writeFile(sick, '')
    const phone = await openPage(browser, product.url, PHONE, 'dark')
    await phone.page.getByText('The model “patient” does not work at the moment').waitFor()
    await phone.page.screenshot({ path: join(ROOT, 'e2e', 'screenshots', 'model-not-working-phone.png') })
    await writeFile(hurry, '')
    await rm(sick)
    await untilIndexed(product.url, 120)
    await page.getByText('The model was changed').waitFor({ state: 'detached' })
    await phone.page.getByText('does not work at the moment').waitFor({ state: 'detached' })
    expect(complaints.filter((text) => !text.includes('503'))).toEqual([])
  })
})
