import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import { buffer } from 'node:stream/consumers'
import yauzl from 'yauzl'
import { systemCodeOf } from '../../errors.ts'
import {
  ELEMENT_BYTES,
  type ElementType,
  elementsOf,
  gather,
  type StoredTensor,
  type TensorMap,
  toFloat32,
} from './tensor.ts'
import { Callable, unpickle } from './unpickle.ts'

/** Part of an archive that holds the elements of one or several tensors. */
interface Storage {
  entry: yauzl.Entry
  type: ElementType
  elements: number
}

const STORAGES: Record<string, ElementType> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
}
const toMap = new Callable(([pairs]) => new Map((pairs as [unknown, unknown][]) ?? []))
const toSet = new Callable(([items]) => new Set((items as unknown[]) ?? []))
/** Placeholder for objects beside the weights that are not needed. Everything created from it is a placeholder, too. */
const inert = new Callable(() => undefined)
const INERT = [
  ...['int', 'float', 'bool', 'str', 'complex', 'list', 'dict', 'tuple', 'bytes'].map(
    (name) => `builtins.${name}`,
  ),
  ...['complex', 'int', 'float', 'list', 'dict'].map((name) => `__builtin__.${name}`),
  ...['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'uint8', 'bool'].map(
    (name) => `torch.${name}`,
  ),
  'torch.device',
  '_codecs.encode',
  'numpy.dtype',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
]
/** Plain containers, and values that can't do harm. */
const PLAIN: Record<string, unknown> = {
  ...Object.fromEntries(INERT.map((name) => [name, inert])),
  'collections.OrderedDict': toMap,
  'collections.Counter': new Callable(([counts]) => counts ?? new Map()),
  'collections.defaultdict': new Callable(() => new Map()),
  'builtins.set': toSet,
  'builtins.frozenset': toSet,
  '__builtin__.set': toSet,
  '__builtin__.frozenset': toSet,
}
const BYTE_ORDER_MAX_BYTES = 16
const PICKLE_MAX_BYTES = 256 * 1024 * 1024
const MAX_DIMENSIONS = 16

/** Keys under which training scripts store the weights beside other values. `timm/checkpoint_layers.py` has the same ones. */
export const STATE_KEYS = [
  'state_dict',
  'model_state_dict',
  'model',
  'module',
  'net',
  'network',
  'ema',
  'state_dict_ema',
  'model_ema',
  'ema_state_dict',
]

export interface OpenCheckpoint {
  tensors: TensorMap
  close(): void
}

/**
 * Opens what `torch.save` wrote (PyTorch 1.6 and newer): a zip archive with a pickle and one file for each storage. Nothing
 * in the pickle is run; tensors and plain containers are built, anything else is refused.
 * @throws {Error} the problem of the file
 */
export async function openTorchCheckpoint(path: string): Promise<OpenCheckpoint> {
  const archive = await openArchive(path)
  try {
    const { entries, prefix } = await listEntries(archive)
    const byteOrder = entries.get(`${prefix}byteorder`)
    if (byteOrder !== undefined && byteOrder.uncompressedSize > BYTE_ORDER_MAX_BYTES)
      throw new Error('its byteorder is none')
    if (byteOrder !== undefined && (await readEntry(archive, byteOrder)).toString().trim() === 'big') {
      throw new Error('its numbers are big-endian, which is not supported')
    }
    const pickle = entries.get(`${prefix}data.pkl`)!
    if (pickle.uncompressedSize > PICKLE_MAX_BYTES) throw new Error('its data.pkl is too large')
    const root = readPickle(
      await readEntry(archive, pickle),
      (key) => entries.get(`${prefix}data/${key}`),
      archive,
    )
    return { tensors: stateOf(root), close: () => archive.close() }
  } catch (error) {
    archive.close()
    throw error
  }
}

async function openArchive(path: string): Promise<yauzl.ZipFile> {
  try {
    return await yauzl.openPromise(path, { lazyEntries: true, autoClose: false })
  } catch (error) {
    if (systemCodeOf(error) !== undefined) throw error
    throw new Error(await whyNoArchive(path), { cause: error })
  }
}

const ZIP = 'PK'

async function whyNoArchive(path: string): Promise<string> {
  if (extname(path).toLowerCase() === '.onnx')
    return 'it is an ONNX file: define the embedder with "target: onnx" and "kwargs: { path: … }"'
  const file = await open(path)
  const { buffer: start } = await file.read(Buffer.alloc(ZIP.length)).finally(() => file.close())
  return start.toString('latin1') === ZIP
    ? 'it is incomplete: copy it again'
    : 'it is not a checkpoint of PyTorch 1.6 or newer, which are zip archives'
}

async function listEntries(archive: yauzl.ZipFile) {
  const entries = new Map<string, yauzl.Entry>()
  for await (const entry of archive.eachEntry()) entries.set(entry.fileName, entry)
  const pickle = [...entries.keys()].find((name) => /^([^/]+\/)?data\.pkl$/.test(name))
  if (pickle === undefined)
    throw new Error('it is a zip archive without data.pkl, so torch.save did not write it')
  return { entries, prefix: pickle.slice(0, -'data.pkl'.length) }
}

async function readEntry(archive: yauzl.ZipFile, entry: yauzl.Entry): Promise<Buffer> {
  return buffer(await archive.openReadStreamPromise(entry))
}

/** @param entryOf the file of a storage in the archive */
function readPickle(
  bytes: Uint8Array,
  entryOf: (key: string) => yauzl.Entry | undefined,
  archive: yauzl.ZipFile,
): unknown {
  const readStorage = createStorageReader(archive)
  const globals: Record<string, unknown> = {
    ...PLAIN,
    'torch.Size': new Callable(([sizes]) => sizes),
    'torch._utils._rebuild_parameter': new Callable(([tensor]) => tensor),
    'torch._utils._rebuild_tensor_v2': new Callable(([storage, offset, shape, strides]) =>
      rebuildTensor(storage, offset, shape, strides, readStorage),
    ),
    ...Object.fromEntries(Object.entries(STORAGES).map(([name, type]) => [`torch.${name}`, type])),
  }
  return unpickle(bytes, {
    resolveGlobal(module, name) {
      const global = `${module}.${name}`
      if (Object.hasOwn(globals, global)) return globals[global]
      if (global.startsWith('__torch__.'))
        throw new Error('this is TorchScript: export it to ONNX, or use a Python class that loads it')
      throw new Error(
        `it holds an object of the class ${global}, which is not built because a class can run any code; save only the weights: torch.save(model.state_dict(), file)`,
      )
    },
    resolvePersistentId(id): Storage {
      const [kind, type, key, , elements] = Array.isArray(id) ? id : []
      const entry = kind === 'storage' && typeof key === 'string' ? entryOf(key) : undefined
      if (entry === undefined || !isElementType(type) || !isCount(elements))
        throw new Error('a tensor has no data')
      if (elements * ELEMENT_BYTES[type] !== entry.uncompressedSize)
        throw new Error('a tensor’s data has another length than it should')
      return { entry, type, elements }
    },
  })
}

function rebuildTensor(
  storage: unknown,
  offset: unknown,
  shape: unknown,
  strides: unknown,
  read: (storage: Storage) => Promise<Float32Array>,
): StoredTensor {
  if (!isStorage(storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides)) throw badTensor()
  if (shape.length !== strides.length || shape.length > MAX_DIMENSIONS) throw badTensor()
  const last = shape.reduce((at, size, d) => at + (size - 1) * strides[d]!, offset)
  if (elementsOf(shape) > 0 && last >= storage.elements) throw badTensor()
  return {
    shape,
    type: storage.type,
    read: async () => gather(await read(storage), offset, shape, strides),
  }
}

/** Tensors that share a storage are usually read one after the other. */
function createStorageReader(archive: yauzl.ZipFile): (storage: Storage) => Promise<Float32Array> {
  let last: { entry: yauzl.Entry; values: Promise<Float32Array> } | undefined
  return ({ entry, type, elements }) => {
    if (last?.entry !== entry) {
      const values = readEntry(archive, entry).then((bytes) => {
        const needed = elements * ELEMENT_BYTES[type]
        if (bytes.length < needed) throw new Error('it is truncated')
        return toFloat32(bytes.subarray(0, needed), type)
      })
      last = { entry, values }
    }
    return last.values
  }
}

/** The weights in the file of a training script: the whole content or the value of a usual key, whichever has most tensors. */
function stateOf(root: unknown): TensorMap {
  const candidates = root instanceof Map ? [root, ...STATE_KEYS.map((key) => root.get(key))] : []
  const found = candidates
    .filter((candidate) => candidate instanceof Map)
    .map((map) => [...map].filter((entry): entry is [string, StoredTensor] => isNamedTensor(entry)))
  // Beside the weights there may be a tensor or two, such as the best accuracy so far.
  const largest = found.toSorted((a, b) => b.length - a.length)[0]
  if (largest !== undefined && largest.length > 0) return new Map(largest)
  throw new Error(`it holds no weights: neither tensors by name, nor those under ${STATE_KEYS.join(', ')}`)
}

function isNamedTensor([name, value]: [unknown, unknown]): boolean {
  return (
    typeof name === 'string' &&
    typeof value === 'object' &&
    value !== null &&
    'read' in value &&
    'shape' in value
  )
}

function isStorage(value: unknown): value is Storage {
  return typeof value === 'object' && value !== null && 'entry' in value && 'elements' in value
}

function isElementType(value: unknown): value is ElementType {
  return typeof value === 'string' && Object.hasOwn(ELEMENT_BYTES, value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount)
}

function badTensor(): Error {
  return new Error('a tensor lies outside its data')
}
