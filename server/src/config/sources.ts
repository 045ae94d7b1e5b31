import { readFileSync } from 'node:fs'
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { messageOf, systemCodeOf } from '../errors.ts'
import { nodesAt } from './schema-tree.ts'

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
}

const VARIABLE_PREFIX = 'SERVER__'

/** Reads a YAML file into one assignment a leaf, each with its line. */
export function readYamlFile(file: string): SourceReading {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = systemCodeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error)
    return { assignments: [], problems: [{ path: '', source: file, message: `cannot be read: ${reason}` }] }
  }
  return readYaml(text, file)
}

function readYaml(text: string, file: string): SourceReading {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineOf = (offset: number) => `${file}:${lines.linePos(offset).line}`
  const problems = document.errors.map((error) => ({
    path: '',
    source: lineOf(error.pos[0]),
    message: messageOf(error),
  }))
  if (problems.length > 0) return { assignments: [], problems }
  if (document.contents === null) return { assignments: [], problems: [] }
  if (!isMap(document.contents)) {
    const problem = { path: '', source: lineOf(0), message: 'must be a map of keys, such as `port: 8000`' }
    return { assignments: [], problems: [problem] }
  }
  const assignments: Assignment[] = []
  collect(document.contents, [])
  return { assignments, problems }

  function jsOf(node: Node, offset: number): unknown {
    try {
      return node.toJS(document)
    } catch (error) {
      const hint = error instanceof ReferenceError ? ': a value that begins with * stands in quotes' : ''
      problems.push({ path: '', source: lineOf(offset), message: `${messageOf(error)}${hint}` })
      return null
    }
  }

  function collect(node: Node | null, path: string[]): void {
    if (!isMap(node) || node.items.length === 0) {
      const offset = node?.range?.[0] ?? 0
      const value = node === null ? null : jsOf(node, offset)
      assignments.push({ path, value, source: lineOf(offset) })
      return
    }
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : String(key)
      const keyOffset = isScalar(key) ? (key.range?.[0] ?? 0) : 0
      if (isMap(value) || isSeq(value)) collect(value, [...path, name])
      else {
        const leaf = value as Node | null
        assignments.push({
          path: [...path, name],
          value: leaf === null ? null : jsOf(leaf, keyOffset),
          source: lineOf(keyOffset),
        })
      }
    }
  }
}

/**
 * Reads `SERVER__A__B=value` into `a.b`. The schema says how a value is meant: numbers and booleans are
 * converted, lists and maps are JSON, everything else stays text.
 */
export function readEnvironment(environment: Record<string, string | undefined>): SourceReading {
  const reading: SourceReading = { assignments: [], problems: [] }
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.toUpperCase().startsWith(VARIABLE_PREFIX)) continue
    const path = variable.slice(VARIABLE_PREFIX.length).toLowerCase().split('__')
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

/** Of what the schema does not know, such as an argument of somebody's embedder. */
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
  if (types.has('number') || types.has('integer')) {
    return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
  }
  if (types.has('boolean')) {
    if (/^(true|1|yes|on)$/i.test(text)) return true
    if (/^(false|0|no|off)$/i.test(text)) return false
  }
  return text
}
