import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { systemCodeOf } from '../../../errors.ts'
import type { LoadContext } from '../../load-context.ts'
import { describePort } from './model.ts'
import { type OnnxSession, openSession, type Port, Tensor } from './session.ts'
import { toFloats } from './vectors.ts'

export interface TextModelOptions {
  path: string
  /** `tokenizer.json` of Hugging Face. `tokenizer_config.json` beside it is read as well, if there is one. */
  tokenizer: string
  /** Number of tokens that each text is filled up to, for a model that was trained so. Default: what the model declares. */
  length?: number | undefined
  output?: string | undefined
}

/** An ONNX file with a tokenizer as a function from texts to vectors. */
export interface TextModel {
  /** @returns `[texts.length, dimensions]`, row-major */
  embed(texts: readonly string[]): Promise<Float32Array>
  close(): Promise<void>
}

/** The parts of `tokenizer.json` and `tokenizer_config.json` that concern the length of a text. */
interface TokenizerFile {
  truncation?: { max_length?: number } | null
  padding?: { pad_id?: number } | null
}
interface TokenizerConfig {
  model_max_length?: number
  pad_token?: string | { content: string } | null
}

const OUTPUT_NAMES = [
  'text_embeds',
  'text_embeddings',
  'sentence_embedding',
  'embeddings',
  'embedding',
  'pooler_output',
]
const IDS = 'input_ids'
const MASK = 'attention_mask'
const TYPES = 'token_type_ids'

/**
 * Opens the text encoder of a model.
 * @throws {Error} if a file can't be read, or the model takes anything but tokens
 */
export async function openTextModel(options: TextModelOptions, context: LoadContext): Promise<TextModel> {
  const tokens = await openTokenizer(options.tokenizer)
  const session = await openSession(options.path, context.device, context.threads ?? 1, context.warn)
  const output = findOutput(session, options.output)
  const ids = findIds(session)
  const length = options.length ?? ids.shape[1]
  const embedOne = async (text: string) => {
    const found = tokens.encode(text, length)
    const padding = new Array<number>(Math.max(0, (length ?? 0) - found.length)).fill(tokens.padId)
    const values: Record<string, number[]> = {
      [IDS]: [...found, ...padding],
      [MASK]: [...found.map(() => 1), ...padding.map(() => 0)],
      [TYPES]: new Array<number>(found.length + padding.length).fill(0),
    }
    const feeds = session.inputs.map((port) => [port.name, toTensor(values[port.name]!, port)] as const)
    const result = await session.run(Object.fromEntries(feeds), output.name)
    if (result.dims.length !== 2)
      throw new Error(
        `text_output: ${output.name} has the shape ${result.dims.join(' × ')}: name an output with a vector for each text`,
      )
    return toFloats(result)
  }
  return {
    async embed(texts) {
      const vectors: Float32Array[] = []
      for (const text of texts) vectors.push(await embedOne(text))
      const dimensions = vectors[0]?.length ?? 0
      const all = new Float32Array(vectors.length * dimensions)
      for (const [n, vector] of vectors.entries()) all.set(vector, n * dimensions)
      return all
    },
    close: () => session.close(),
  }
}

function findOutput({ outputs }: OnnxSession, requested: string | undefined): Port {
  const names = requested === undefined ? OUTPUT_NAMES : [requested]
  const named = names.map((known) => outputs.find(({ name }) => name === known)).find(Boolean)
  const found =
    named ?? (requested === undefined ? outputs.find(({ shape }) => shape.length === 2) : undefined)
  if (found !== undefined) return found
  const reason =
    requested === undefined ? 'no output has a vector for each text' : `there is no output "${requested}"`
  throw new Error(`text_output: ${reason}; the model has ${outputs.map(describePort).join('; ')}`)
}

function findIds({ inputs }: OnnxSession): Port {
  const ids = inputs.find(({ name }) => name === IDS)
  const isKnown = ({ name, type, shape }: Port) =>
    [IDS, MASK, TYPES].includes(name) && ['int64', 'int32'].includes(type) && shape.length === 2
  if (ids !== undefined && inputs.every(isKnown)) return ids
  throw new Error(
    `it has to take ${IDS}, with ${MASK} and ${TYPES} if it needs them (2 dimensions of int64 or int32), but takes ${inputs.map(describePort).join('; ')}`,
  )
}

function toTensor(values: readonly number[], { type }: Port): Tensor {
  const shape = [1, values.length]
  return type === 'int32'
    ? new Tensor('int32', Int32Array.from(values), shape)
    : new Tensor('int64', BigInt64Array.from(values, BigInt), shape)
}

interface TextTokens {
  padId: number
  /** @param length maximum number of tokens, if it is less than that of the tokenizer */
  encode(text: string, length: number | undefined): number[]
}

async function openTokenizer(path: string): Promise<TextTokens> {
  const file = (await readJson(path)) as TokenizerFile
  const config = ((await readJson(join(dirname(path), 'tokenizer_config.json'), true)) ??
    {}) as TokenizerConfig
  const tokenizer = new Tokenizer(file, config)
  const padToken = typeof config.pad_token === 'object' ? config.pad_token?.content : config.pad_token
  const longest = Math.min(file.truncation?.max_length ?? Infinity, config.model_max_length ?? Infinity)
  return {
    padId:
      file.padding?.pad_id ?? (padToken === undefined ? undefined : tokenizer.token_to_id(padToken)) ?? 0,
    encode(text, length = Infinity) {
      const { ids } = tokenizer.encode(text)
      if (!ids.every(Number.isInteger)) throw new Error(`${path}: it has no number for a token of the text`)
      const plain = tokenizer.encode(text, { add_special_tokens: false }).ids
      return shortened(ids, plain, Math.min(longest, length))
    },
  }
}

/**
 * Cuts off the end of a text, but keeps the special tokens that the model expects around it. @param plain tokens of the text
 * alone
 */
function shortened(ids: readonly number[], plain: readonly number[], length: number): number[] {
  if (ids.length <= length) return [...ids]
  const start = ids.findIndex((_, n) => plain.every((id, i) => ids[n + i] === id))
  const kept = Math.max(0, length - (ids.length - plain.length))
  return [...ids.slice(0, start), ...plain.slice(0, kept), ...ids.slice(start + plain.length)]
}

async function readJson(path: string, isOptional = false): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (isOptional && systemCodeOf(error) === 'ENOENT') return undefined
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
  }
}
