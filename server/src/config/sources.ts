import { readFileSync } from 'node:fs'
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Tags,
  type YAMLMap,
} from 'yaml'
import { messageOf, systemCodeOf } from '../errors.ts'
import { nodesAt } from './schema-tree.ts'
import { suggestKey } from './suggestions.ts'

/** One value and where it was written, for messages such as `port (config.yaml:3)`. */
export interface Assignment {
  path: string[]
  value: unknown
  source: string
}

export interface Problem {
  /** Dotted key path; empty for the file as a whole. */
  path: string
  source: string | undefined
  message: string
}

export interface SourceReading {
  assignments: Assignment[]
  problems: Problem[]
  /** Sentences about values that have no effect. */
  warnings: string[]
}

const VARIABLE_PREFIX = 'SERVER__'

/** Reads a YAML 1.1 file, as PyYAML does, into one assignment a leaf, each with its line. */
export function readYamlFile(file: string): SourceReading {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = systemCodeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error)
    const problem = { path: '', source: file, message: `cannot be read: ${reason}` }
    return { assignments: [], problems: [problem], warnings: [] }
  }
  return readYaml(text, file)
}

function readYaml(text: string, file: string): SourceReading {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.1',
    customTags: (tags) => tags.map(asInPyYaml),
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
  })
  const lineOf = (offset: number) => `${file}:${lines.linePos(offset).line}`
  const reading: SourceReading = { assignments: [], problems: [], warnings: [] }
  for (const error of document.errors)
    reading.problems.push({ path: '', source: lineOf(error.pos[0]), message: messageOf(error) })
  if (reading.problems.length > 0 || document.contents === null) return reading
  if (isMap(document.contents)) collectMap(document.contents, [])
  else
    reading.problems.push({
      path: '',
      source: lineOf(0),
      message: 'must be a map of keys, such as `port: 8000`',
    })
  return reading

  function collectMap(map: YAMLMap, path: string[]): void {
    const seen = new Set<string>()
    const items = map.items.map(({ key, value }) => ({
      name: isScalar(key) ? (key.source ?? String(key.value)) : String(key),
      value: value as Node | null,
      offset: isScalar(key) ? (key.range?.[0] ?? 0) : 0,
    }))
    // Keys of the map itself replace merged ones with all that is below them, wherever they are.
    for (const { name, value, offset } of items) if (name === '<<') mergeInto(value, path, offset)
    for (const { name, value, offset } of items) {
      if (name !== '<<') {
        drop([...path, name])
        collect(value, [...path, name], offset)
      }
      if (seen.has(name))
        reading.warnings.push(
          `${[...path, name].join('.')} is given twice: the value at ${lineOf(offset)} is used.`,
        )
      seen.add(name)
    }
  }

  function drop(path: string[]): void {
    reading.assignments = reading.assignments.filter((earlier) => !startsWith(earlier.path, path))
  }

  function collect(node: Node | null, path: string[], offset: number): void {
    if (isMap(node) && node.items.length > 0) collectMap(node, path)
    else reading.assignments.push({ path, value: toJs(node, offset), source: lineOf(offset) })
  }

  /** `<<: *name`: keys of another map, or of several, of which the first one counts. */
  function mergeInto(node: Node | null, path: string[], offset: number): void {
    const target = isAlias(node) ? node.resolve(document) : node
    if (isMap(target)) collectMap(target, path)
    else if (isSeq(target))
      for (const item of target.items.toReversed()) mergeInto(item as Node | null, path, offset)
    else
      reading.problems.push({
        path: path.join('.'),
        source: lineOf(offset),
        message: '`<<` must name a map, such as `<<: *name`, or a list of maps',
      })
  }

  function toJs(node: Node | null, offset: number): unknown {
    try {
      return node === null ? null : node.toJS(document)
    } catch (error) {
      const hint = error instanceof ReferenceError ? ': put a value that begins with * in quotes' : ''
      reading.problems.push({ path: '', source: lineOf(offset), message: `${messageOf(error)}${hint}` })
      return null
    }
  }
}

/**
 * Scalars without quotes that PyYAML reads as text, although they are booleans or numbers in YAML 1.1: letters, which are likely names
 * of arguments, and, as in passwords, digits after a zero that is no octal number, and exponents without a dot or a sign.
 */
const TEXTS: Partial<Record<string, RegExp>> = {
  bool: /^[YyNn]$/,
  int: /^[-+]?0[\d_]*[89:]/,
  float: /^[^.]*[eE]|^.*[eE]\d|^[-+]\.(?![iI])|^\.(?![\dinIN])/,
}

function asInPyYaml(tag: Tags[number]): Tags[number] {
  if (typeof tag !== 'object' || !('test' in tag) || tag.test === undefined) return tag
  const text = TEXTS[tag.tag.slice(tag.tag.lastIndexOf(':') + 1)]
  return text === undefined ? tag : { ...tag, test: new RegExp(`(?!${text.source})${tag.test.source}`) }
}

/**
 * Reads `SERVER__A__B=value` into `a.b`. Lists and maps are JSON; numbers and booleans stay text, which is converted where the
 * schema has them. Variables for keys that do not exist have no effect.
 */
export function readEnvironment(environment: Record<string, string | undefined>): SourceReading {
  const reading: SourceReading = { assignments: [], problems: [], warnings: [] }
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.toUpperCase().startsWith(VARIABLE_PREFIX)) continue
    const path = variable.slice(VARIABLE_PREFIX.length).toLowerCase().split('__')
    if (nodesAt(path).length === 0) {
      reading.warnings.push(
        `The variable ${variable} has no effect: ${path.join('.')} is not a known key${suggestKey(path)}`,
      )
      continue
    }
    try {
      reading.assignments.push({ path, value: parseValue(text, path), source: `variable ${variable}` })
    } catch (error) {
      reading.problems.push({
        path: path.join('.'),
        source: `variable ${variable}`,
        message: `is not valid JSON (${messageOf(error)})`,
      })
    }
  }
  return reading
}

export function startsWith(long: readonly string[], short: readonly string[]): boolean {
  return short.every((key, i) => long[i] === key)
}

/** A value that the schema does not describe, such as an argument of an embedder. */
function parsedIfJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function parseValue(text: string, path: string[]): unknown {
  const types = new Set(nodesAt(path).map((node) => node.type))
  if ([...types].every((type) => type === undefined)) return parsedIfJson(text)
  if (types.has('object') || types.has('array')) return JSON.parse(text)
  return text
}
