import { extname } from 'node:path'
import { DEFAULT_EMBEDDER, FORMER_EMBEDDER } from '../config/built-in.ts'
import type { Config } from '../config/schema.ts'
import { DomainError } from '../errors.ts'

/** How an embedder is configured: a target or a file with a class, and the arguments for it. */
export type EmbedderDefinition = Config['embedder_registry']['embedders'][string]

/** The ways in which an embedder can be made. */
export type EmbedderKind =
  | 'trained'
  | 'classical'
  | 'timm'
  | 'onnx'
  | 'transformers'
  | 'javascript'
  | 'python'

const TARGETS: Record<string, EmbedderKind> = {
  [DEFAULT_EMBEDDER]: 'trained',
  [FORMER_EMBEDDER]: 'trained',
  classical: 'classical',
  'server.embedders.default.DefaultEmbedder': 'timm',
  timm: 'timm',
  onnx: 'onnx',
  transformers: 'transformers',
}
const FILES: Record<string, EmbedderKind> = {
  '.py': 'python',
  '.ts': 'javascript',
  '.mts': 'javascript',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
}
const DOTTED_NAME = /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)+$/u

/** @throws {DomainError} `embedder_unavailable` if the definition is not valid */
export function embedderKind(name: string, definition: EmbedderDefinition): EmbedderKind {
  if ('file' in definition) {
    const kind = FILES[extname(definition.file).toLowerCase()]
    if (kind !== undefined) return kind
    throw unknown(
      name,
      `file: ${definition.file} is neither Python (.py) nor JavaScript or TypeScript (${Object.keys(FILES).slice(1).join(', ')})`,
    )
  }
  const { target } = definition
  if (Object.hasOwn(TARGETS, target)) return TARGETS[target]!
  if (/.#./.test(target)) return 'javascript'
  if (DOTTED_NAME.test(target)) return 'python'
  throw unknown(
    name,
    `target: ${JSON.stringify(target)} is not known; it can be ${Object.keys(TARGETS).join(', ')}, the dotted name of a Python class, or package-or-path#Export of JavaScript`,
  )
}

/** Definition of an embedder, for messages. */
export function describeDefinition(definition: EmbedderDefinition): string {
  if ('file' in definition) return `${definition.class_name} in ${definition.file}`
  const { weights_path, path, model } = definition.kwargs
  const source = weights_path ?? path ?? model ?? positionalSource(definition)
  return typeof source === 'string' ? `${definition.target} of ${source}` : definition.target
}

/** The file or model among the positional arguments; the constructor of the reference implementation begins with a number. */
function positionalSource({ target, args }: Extract<EmbedderDefinition, { target: string }>): unknown {
  switch (Object.hasOwn(TARGETS, target) ? TARGETS[target] : undefined) {
    case 'onnx':
    case 'transformers':
      return args[0]
    case 'timm':
      return typeof args[0] === 'number' ? args[3] : args[1]
    default:
      return undefined
  }
}

function unknown(name: string, reason: string): DomainError {
  return new DomainError('embedder_unavailable', `The embedder "${name}": ${reason}.`)
}
