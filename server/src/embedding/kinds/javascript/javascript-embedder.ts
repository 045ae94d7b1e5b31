import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf } from '../../../errors.ts'
import { DEFAULT_INPUT_SIZE, type Embedder, type ImageBatch } from '../../embedder.ts'
import { probeDimensions } from '../../process/probe.ts'
import type { EmbedderDefinition } from '../../registry.ts'
import { workingDirectoryUrl } from '../../working-directory.ts'

/**
 * `file: model.ts` with `class_name`, or `target: package-or-path#Export`: a class whose constructor takes `args`, then
 * `kwargs` as an object if there are any.
 * @throws {Error} if the class can't be loaded or is no embedder
 */
export async function createJavaScriptEmbedder(definition: EmbedderDefinition): Promise<Embedder> {
  const { specifier, name } = sourceOf(definition)
  const Class = await importClass(specifier, name)
  const { args, kwargs } = definition
  const created: unknown = await new Class(...args, ...(Object.keys(kwargs).length > 0 ? [kwargs] : []))
  if (!isEmbedder(created)) throw new Error(`${name} of ${specifier} has no method embed(images, kind)`)
  const inputSize = sizeOf(created.inputSize)
  const embed: Embedder['embed'] = (images, kind) => created.embed(images, kind)
  const { embedText, embedPlaces, places } = created
  if (embedPlaces && !places)
    throw new Error(
      `${name} of ${specifier} has embedPlaces(images), but no property places: { width, height }`,
    )
  return {
    // Found by embedding one picture if the class does not define it.
    dimensions:
      created.dimensions ??
      (await probeDimensions(async (images) => toFloats(await embed(images, 'photo')), inputSize)),
    inputSize,
    ...(created.sketchMargin === undefined ? {} : { sketchMargin: created.sketchMargin }),
    ...(created.sketchExpansion === undefined ? {} : { sketchExpansion: created.sketchExpansion }),
    embed: async (images, kind) => toFloats(await embed(images, kind)),
    ...(embedText && {
      embedText: async (texts: readonly string[]) =>
        toFloats(await embedText.call(created, texts), 'embedText'),
    }),
    ...(embedPlaces &&
      places && {
        places,
        embedPlaces: async (images: ImageBatch) =>
          toFloats(
            await embedPlaces.call(created, images),
            'embedPlaces',
            '[count, places.height, places.width, dimensions]',
          ),
      }),
    close: async () => created.close?.(),
  }
}

/** Accepts the forms of `Embedder` and of Python classes: a number, or width and height. */
function sizeOf(given: unknown): { width: number; height: number } {
  if (given === undefined) return DEFAULT_INPUT_SIZE
  if (typeof given === 'number') return { width: given, height: given }
  if (Array.isArray(given)) return { width: given[0], height: given[1] }
  return given as { width: number; height: number }
}

function sourceOf(definition: EmbedderDefinition): { specifier: string; name: string } {
  if ('file' in definition) return { specifier: resolve(definition.file), name: definition.class_name }
  const at = definition.target.lastIndexOf('#')
  return { specifier: definition.target.slice(0, at), name: definition.target.slice(at + 1) }
}

async function importClass(specifier: string, name: string): Promise<new (...args: unknown[]) => unknown> {
  const isPath = isAbsolute(specifier) || /^\.{1,2}\//.test(specifier) || existsSync(specifier)
  let exports: Record<string, unknown>
  try {
    const url = isPath
      ? pathToFileURL(resolve(specifier)).href
      : import.meta.resolve(specifier, workingDirectoryUrl())
    exports = await import(url)
  } catch (error) {
    throw new Error(`${specifier} can't be loaded: ${messageOf(error)}`, { cause: error })
  }
  const standard = exports.default as (Record<string, unknown> & { name?: unknown }) | undefined
  const found = exports[name] ?? standard?.[name] ?? (standard?.name === name ? standard : undefined)
  if (typeof found === 'function') return found as new (...args: unknown[]) => unknown
  const classes = Object.keys(exports).filter((key) => typeof exports[key] === 'function')
  throw new Error(`${specifier} exports no class ${name}; it exports ${classes.join(', ') || 'none'}`)
}

function isEmbedder(value: unknown): value is Partial<Embedder> & Pick<Embedder, 'embed'> {
  return typeof value === 'object' && value !== null && 'embed' in value && typeof value.embed === 'function'
}

function toFloats(vectors: unknown, method = 'embed', shape = '[count, dimensions]'): Float32Array {
  if (vectors instanceof Float32Array) return vectors
  const name = vectors === null ? 'null' : (Object(vectors).constructor?.name ?? typeof vectors)
  throw new TypeError(`${method}() has to return a Float32Array of ${shape}, but returned ${name}`)
}
