import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { FORMER_EMBEDDER } from '../config/built-in.ts'
import { hashOfFile } from '../hashing.ts'
import { FORMER_MODEL, TRAINED_MODEL } from './kinds/trained/trained-model.ts'
import { type EmbedderDefinition, type EmbedderKind, embedderKind } from './registry.ts'

/** Increased when the same definition yields different vectors than before. */
const VERSIONS: Record<EmbedderKind, number> = {
  trained: 1,
  classical: 1,
  timm: 1,
  onnx: 1,
  transformers: 1,
  javascript: 1,
  python: 1,
}

/** Files of other kinds (logs, lists, caches) may change while the vectors stay as they are. */
const WEIGHTS =
  /\.(pth?|pt2|ckpt|safetensors|onnx|ort|bin|h5|keras|npz|npy|pkl|joblib|msgpack|tflite|gguf|weights|tar)$/i
/** Arguments of the built-in kinds that name such a file. */
const FILES = ['path', 'sketch_path', 'weights_path']
/** Arguments of `target: onnx` that no vector of an image depends on. */
const TEXT_ARGUMENTS = ['text_path', 'tokenizer', 'text_length', 'text_output']
/** Endings of the files beside an ONNX model that hold its large weights: added to its name, or to the name without `.onnx`. */
const EXTERNAL_DATA = /^(\.onnx)?[._-](data|bin|weights)(_\d+)?$/i
/** Files that make up a model of Hugging Face, without its description and the data of the repository. */
const PARTS_OF_MODEL = /^(onnx[\\/])?[^.\\/][^\\/]*\.(json|txt|onnx|onnx_data(_\d+)?|model|data|bin)$/i

/**
 * Distinguishes models with the same name. The fingerprint covers the arguments and the contents of the files with code and
 * weights that they name. It does not cover paths, device and interpreter, imported code, a module behind a dotted name, or an
 * installed package.
 * @returns 64 hexadecimal digits
 */
export async function fingerprintOf(name: string, definition: EmbedderDefinition): Promise<string> {
  const kind = embedderKind(name, definition)
  const identity = {
    version: VERSIONS[kind],
    kind,
    code: await codeOf(definition, kind),
    args: await withContents(definition.args),
    kwargs: await withContents(
      kind === 'onnx' ? withoutText(definition.kwargs) : definition.kwargs,
      kind === 'timm' || kind === 'onnx' ? FILES : [],
    ),
  }
  const made = kind === 'transformers' ? { ...identity, ...(await modelOf(definition)) } : identity
  return createHash('sha256').update(JSON.stringify(made)).digest('hex')
}

function withoutText(kwargs: EmbedderDefinition['kwargs']): EmbedderDefinition['kwargs'] {
  return Object.fromEntries(Object.entries(kwargs).filter(([name]) => !TEXT_ARGUMENTS.includes(name)))
}

/** Replaces the folder of a Hugging Face model by its files. `offline` does not change the vectors. */
async function modelOf({ args, kwargs }: EmbedderDefinition): Promise<{ kwargs: unknown }> {
  const { offline: _offline, ...rest } = kwargs
  const folder = await folderContents(kwargs.model ?? args[0])
  return { kwargs: folder === undefined ? rest : { ...rest, model: folder } }
}

async function codeOf(definition: EmbedderDefinition, kind: EmbedderKind): Promise<unknown> {
  if ('file' in definition)
    return [(await hashOfFile(definition.file)) ?? definition.file, definition.class_name]
  if (kind === 'trained') {
    const files = definition.target === FORMER_EMBEDDER ? [FORMER_MODEL] : Object.values(TRAINED_MODEL)
    return [kind, ...(await Promise.all(files.map(hashOfFile)))]
  }
  // Two names of one built-in kind are the same.
  if (kind !== 'javascript' && kind !== 'python') return kind
  const at = definition.target.lastIndexOf('#')
  if (at < 0) return definition.target
  const path = definition.target.slice(0, at)
  return [(await hashOfFile(path)) ?? path, definition.target.slice(at + 1)]
}

/**
 * The same value with files of weights replaced by the hashes of their contents, and with its keys in order.
 * @param files keys whose values are such files
 */
async function withContents(value: unknown, files: readonly string[] = []): Promise<unknown> {
  if (typeof value === 'string') return WEIGHTS.test(value) ? ((await weightsHash(value)) ?? value) : value
  if (Array.isArray(value)) return Promise.all(value.map((item) => withContents(item)))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(async ([key, item]) => {
      const hash = files.includes(key) && typeof item === 'string' ? await weightsHash(item) : undefined
      return [key, hash ?? (await withContents(item))]
    })
  return Object.fromEntries(await Promise.all(entries))
}

async function weightsHash(path: string): Promise<string[] | undefined> {
  const hash = await hashOfFile(path)
  if (hash === undefined) return undefined
  const stem = basename(path, extname(path))
  const names = extname(path).toLowerCase() === '.onnx' ? await readdir(dirname(path)) : []
  const isData = (name: string) => name.startsWith(stem) && EXTERNAL_DATA.test(name.slice(stem.length))
  const data = names.filter(isData).toSorted()
  const hashes = await Promise.all(data.map((name) => hashOfFile(join(dirname(path), name))))
  return [hash, ...hashes.filter((hash) => hash !== undefined)]
}

/** The files of a model in a folder; undefined if it is named by its id. */
async function folderContents(path: unknown): Promise<unknown[] | undefined> {
  if (typeof path !== 'string' || !(await stat(path).catch(() => undefined))?.isDirectory()) return undefined
  const all = await readdir(path, { recursive: true })
  const names = all.filter((name) => PARTS_OF_MODEL.test(name)).toSorted()
  return Promise.all(names.map(async (name) => [name, await hashOfFile(join(path, name))]))
}
