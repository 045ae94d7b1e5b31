import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { definitionFor, startHost } from '../../../testing/embedders.ts'
import { temporaryDirectory } from '../../../testing/temporary.ts'
import type { ImageBatch } from '../../embedder.ts'
import type { LoadContext } from '../../load-context.ts'
import { createOnnxEmbedder } from './onnx-embedder.ts'

/** The models are made by fixtures/models.py: their vectors are the means of 4 × 4 pixels. */
const model = (name: string) => join(import.meta.dirname, 'fixtures', `${name}.onnx`)

const logged: string[] = []
const warned: string[] = []
const context: LoadContext = {
  cacheDirectory: '',
  device: 'auto',
  threads: 1,
  fingerprint: '',
  log: (message) => logged.push(message),
  warn: (message) => warned.push(message),
  progress: () => {},
}

async function open(kwargs: Record<string, unknown>, device: LoadContext['device'] = 'auto') {
  const embedder = await createOnnxEmbedder(definitionFor({ target: 'onnx', kwargs }), { ...context, device })
  onTestFinished(() => embedder.close!())
  return embedder
}

/** Three images of 8 × 8; each channel of each quarter has a value of its own. */
const pixelAt = (n: number, y: number, x: number, c: number) =>
  ((n * 12 + c * 4 + (y >> 2) * 2 + (x >> 2)) * 7) / 255
const images: ImageBatch = { data: new Float32Array(3 * 8 * 8 * 3), count: 3, width: 8, height: 8 }
for (let n = 0, i = 0; n < 3; n++)
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) for (let c = 0; c < 3; c++) images.data[i++] = pixelAt(n, y, x, c)
/** Channel by channel, as a model that sees NCHW flattens them. */
const expected = Array.from({ length: 36 }, (_, i) => (i * 7) / 255)

/** A tokenizer of words. Its files are those that `tokenizers` of Hugging Face writes. */
async function writeTokenizer(): Promise<string> {
  const directory = await temporaryDirectory()
  const vocabulary = { '<s>': 0, '</s>': 1, '<pad>': 2, dog: 3, a: 4, red: 5 }
  const special = Object.entries(vocabulary).slice(0, 3)
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map(([content, id]) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '<s>', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '</s>', type_id: 0 } },
      ],
      pair: [],
      special_tokens: {},
    },
    decoder: null,
    model: { type: 'WordPiece', vocab: vocabulary, unk_token: '<pad>', continuing_subword_prefix: '##' },
  }
  await writeFile(join(directory, 'tokenizer.json'), JSON.stringify(file))
  await writeFile(join(directory, 'tokenizer_config.json'), JSON.stringify({ pad_token: '<pad>' }))
  return join(directory, 'tokenizer.json')
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function expectClose(found: Float32Array, requested: number[], tolerance = 1e-6): void {
  expect(found).toHaveLength(requested.length)
  for (const [n, value] of requested.entries())
    expect(Math.abs(found[n]! - value), `at ${n}`).toBeLessThan(tolerance)
}

describe('target: onnx', () => {
  it.each([
    ['float32', 1e-6],
    ['nhwc', 1e-6],
    ['fixed-batch', 1e-6],
    ['uint8', 1e-6],
    ['float16', 1e-3],
  ])('detects the input of %s', async (name, tolerance) => {
    const embedder = await open({ path: model(name) })
    expect(embedder).toMatchObject({ dimensions: 12, inputSize: { width: 8, height: 8 }, threads: 1 })
    expectClose(await embedder.embed(images, 'photo'), expected, tolerance)
  })

  it('normalises by mean and std, one number or one per channel', async () => {
    const plain = await open({ path: model('float32'), mean: 0.5, std: 0.25 })
    expectClose(
      await plain.embed(images, 'photo'),
      expected.map((value) => (value - 0.5) / 0.25),
      1e-5,
    )
    const colours = await open({ path: model('float32'), mean: [0.1, 0.2, 0.3], std: [1, 2, 4] })
    expectClose(
      await colours.embed(images, 'photo'),
      expected.map((value, i) => {
        const c = Math.floor(i / 4) % 3
        return (value - [0.1, 0.2, 0.3][c]!) / [1, 2, 4][c]!
      }),
      1e-5,
    )
  })

  it('uses the configured image size if the model accepts any', async () => {
    const embedder = await open({ path: model('any-size'), input_size: [10, 6] })
    expect(embedder).toMatchObject({ dimensions: 3, inputSize: { width: 10, height: 6 } })
    expect((await open({ path: model('any-size') })).inputSize).toEqual({ width: 224, height: 224 })
  })

  it('converts to grey for a model of one channel', async () => {
    const embedder = await open({ path: model('grey') })
    const found = await embedder.embed(images, 'photo')
    expect(found[0]).toBeCloseTo(0.299 * expected[0]! + 0.587 * expected[4]! + 0.114 * expected[8]!, 5)
  })

  it('pools maps and tokens', async () => {
    const perChannel = Array.from({ length: 9 }, (_, i) => expected.slice(i * 4, i * 4 + 4))
    expectClose(await (await open({ path: model('map') })).embed(images, 'photo'), perChannel.map(mean))
    const channelsLast = await open({ path: model('nhwc-map') })
    expectClose(await channelsLast.embed(images, 'photo'), perChannel.map(mean))
    const max = await open({ path: model('map'), pooling: 'max' })
    expectClose(
      await max.embed(images, 'photo'),
      perChannel.map((values) => Math.max(...values)),
    )
    const tokens = { path: model('tokens'), output: 'last_hidden_state' }
    expectClose(
      await (await open(tokens)).embed(images, 'photo'),
      perChannel.map((values) => values[0]!),
    )
    const averaged = await open({ ...tokens, pooling: 'mean' })
    expectClose(await averaged.embed(images, 'photo'), perChannel.map(mean))
    expect((await open({ ...tokens, pooling: 'flatten' })).dimensions).toBe(12)
  })

  it('chooses the output that is named like an embedding, and logs it', async () => {
    const embedder = await open({ path: model('tokens') })
    expect(embedder.dimensions).toBe(12)
    expect(logged.at(-1)).toBe(
      'The model has the outputs last_hidden_state, pooler_output; pooler_output is used.',
    )
  })

  it('uses a second file for sketches', async () => {
    const embedder = await open({ path: model('float32'), sketch_path: model('map'), pooling: 'flatten' })
    expectClose(await embedder.embed(images, 'sketch'), expected)
    await expect(open({ path: model('float32'), sketch_path: model('any-size') })).rejects.toThrow(
      /another size/,
    )
    await expect(open({ path: model('float32'), sketch_path: model('map') })).rejects.toThrow(
      /map\.onnx makes vectors of 3 dimensions, .*float32\.onnx of 12/,
    )
  })

  it('embeds texts by a second file with its tokenizer', async () => {
    const tokenizer = await writeTokenizer()
    const embedder = await open({ path: model('float32'), text_path: model('text'), tokenizer })
    const vectors = await embedder.embedText!(['Dog', 'a red dog', 'unheard'])
    // <s> … </s> are the tokens 0 and 1, "dog" is 3: the row of token t begins with 12 t.
    const firstNumbers = [0, 1, 2].map((n) => vectors[n * 12]!)
    expect(vectors).toHaveLength(36)
    expectClose(Float32Array.from(firstNumbers), [
      mean([0, 36, 12]),
      mean([0, 48, 60, 36, 12]),
      mean([0, 24, 12]),
    ])
  })

  it('fills texts up and cuts long ones within the tokens around them', async () => {
    const tokenizer = await writeTokenizer()
    const fixed = await open({ path: model('float32'), text_path: model('text-of-four'), tokenizer })
    const [short] = await fixed.embedText!(['dog'])
    // The token <pad> is 2, as is one that is not known.
    expectClose(Float32Array.of(short!), [mean([0, 36, 12, 24])], 1e-5)
    const [long] = await fixed.embedText!(['dog dog red dog'])
    expectClose(Float32Array.of(long!), [mean([0, 36, 36, 12])], 1e-5)
    const masked = await open({
      path: model('float32'),
      text_path: model('text'),
      tokenizer,
      text_length: 8,
      text_output: 'text_embeds',
    })
    expectClose(Float32Array.of((await masked.embedText!(['dog']))[0]!), [mean([0, 36, 12])], 1e-5)
  })

  it('names what is wrong with a text model', async () => {
    const tokenizer = await writeTokenizer()
    const path = model('float32')
    const reason = (kwargs: Record<string, unknown>) =>
      open({ path, tokenizer, ...kwargs }).catch((error: Error) => error.message)
    expect(await reason({})).toMatch(/text_path: .*need the file of a text model/)
    expect(await reason({ text_path: model('float32') })).toMatch(/has to take input_ids.*x: float32/)
    expect(await reason({ text_path: model('text'), text_output: 'z' })).toMatch(/no output "z".*text_embeds/)
    expect(await reason({ text_path: model('text'), text_output: 'e' })).toMatch(
      /text\.onnx: text_output: e has the shape 1 × 4 × 12/,
    )
    expect(await reason({ text_path: model('text'), tokenizer: 'nowhere.json' })).toMatch(/nowhere\.json/)
    expect(await reason({ path: model('nhwc-map'), text_path: model('text') })).toMatch(
      /text\.onnx makes vectors of 12 dimensions, the images have 3/,
    )
  })

  it('falls back to the CPU without CUDA, with a warning', async () => {
    await open({ path: model('float32') }, 'cuda')
    expect(warned.at(-1)).toMatch(/device: cuda.*runs on the CPU/)
    const onWarning = vi.fn()
    const [kwargs, device] = [{ path: model('float32') }, 'cuda'] as const
    await startHost({ target: 'onnx', kwargs, device }, { onWarning })
    expect(onWarning.mock.calls).toEqual([
      [expect.stringMatching(/^The embedder "mine" \(onnx of \S*\): device: cuda was asked for/)],
    ])
  })

  it.each([
    [{}, /kwargs\.path: is missing/],
    [{ path: 'nowhere.onnx' }, /^\S*nowhere\.onnx: there is no such file$/],
    [{ path: '.' }, /: it is a folder: give the ONNX file in it$/],
    [{ path: model('float32'), mean: [0.5, 0.5] }, /kwargs\.mean: has to be one number or three$/],
    [{ path: model('any-size'), input_size: '8x8' }, /kwargs\.input_size: has to be a number of pixels, or/],
    [{ path: model('two-inputs') }, /one input.*x: float32 \[\?, 3, 8, 8\]; ids: float32/],
    [{ path: model('float32'), output: 'z' }, /output: there is no output "z".*y: float32/],
    [{ path: model('float32'), input_size: 16 }, /input_size: the model takes images of 8 × 8 only/],
    [{ path: model('float32'), std: 0 }, /kwargs\.std: has to be greater than 0/],
    [{ path: model('float32'), poolin: 'cls' }, /kwargs\.poolin: is not known; did you mean pooling\?/],
    [{ path: model('float32'), pooling: 'sum' }, /kwargs\.pooling/],
  ])('refuses %j in one sentence', async (kwargs, message) => {
    await expect(open(kwargs)).rejects.toThrow(message)
  })

  it('refuses a normalisation for a model of bytes', async () => {
    await expect(open({ path: model('uint8'), mean: 0.5 })).rejects.toThrow(
      /mean, std: the model takes bytes/,
    )
  })

  it('refuses a damaged file with its name', async () => {
    const file = join(await temporaryDirectory(), 'broken.onnx')
    await cp(model('float32'), file)
    await writeFile(file, 'not a model')
    await expect(open({ path: file })).rejects.toThrow(/broken\.onnx/)
  })
})
