import { createHash } from 'node:crypto'
import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { z } from 'zod'
import { DomainError } from '../errors.ts'
import { didYouMean } from '../suggestions.ts'
import { BUILT_IN_EMBEDDERS, DEFAULT_EMBEDDER } from './built-in.ts'
import { isPlainObject, lostValues, merge, toLeaves, withoutLostUrl } from './merge.ts'
import { relax } from './relax.ts'
import { type Config, configSchema } from './schema.ts'
import { keysAt } from './schema-tree.ts'
import {
  type Assignment,
  type Problem,
  readEnvironment,
  readYamlFile,
  type SourceReading,
  startsWith,
} from './sources.ts'
import { suggestKey } from './suggestions.ts'

export interface ConfigSources {
  /** A YAML file; without it, the one that `SERVER_CONFIG_PATH` names, if any. */
  file?: string | undefined
  /** `SKETCH_SEARCH_DEFAULTS` names another YAML file, whose values lose against all others: a container image has one. */
  environment: Record<string, string | undefined>
  /** Values from the command line; they win over the file, which wins over the environment key by key. */
  flags?: Assignment[]
  /** Folder that relative paths start from. */
  workingDirectory: string
  /** On a database that processes share, the gallery has to be named: the default would compare it with whatever folder this is. */
  needsGallery?: boolean
  /** Called with a sentence for each value that has no effect or another one than was written. */
  warn?: (message: string) => void
}

const NOTHING: SourceReading = { assignments: [], problems: [], warnings: [] }

/** All problems of a configuration at once. */
export class ConfigError extends DomainError {
  readonly problems: readonly Problem[]

  constructor(problems: Problem[]) {
    super('config_invalid', `The configuration is not valid:\n${problems.map(line).join('\n')}`)
    this.problems = problems
  }
}

/** @throws {ConfigError} with every problem found, each with its key, its source and the nearest valid key. */
export function loadConfig(sources: ConfigSources): Config {
  const { environment, flags = [], workingDirectory, warn = () => {} } = sources
  const file = sources.file ?? environment.SERVER_CONFIG_PATH
  const defaults = environment.SKETCH_SEARCH_DEFAULTS
  const readFile = (path: string | undefined) =>
    path === undefined || path === '' ? NOTHING : readYamlFile(resolve(workingDirectory, path))
  const inDefaults = readFile(defaults)
  const inVariables = readEnvironment(environment)
  const inFile = readFile(file)
  const { kept: variables, warnings: lostUrls } = withoutLostUrl(
    inVariables.assignments.flatMap(toLeaves),
    inFile.assignments,
  )
  const overriding = [...variables, ...inFile.assignments, ...flags]
  const assignments = [...withoutLostUrl(inDefaults.assignments, overriding).kept, ...overriding]
  const problems = [...inDefaults.problems, ...inFile.problems, ...inVariables.problems]
  const warnings = [
    ...inDefaults.warnings,
    ...inFile.warnings,
    ...inVariables.warnings,
    ...lostUrls,
    ...lostValues(variables, inFile.assignments),
  ]

  const input = merge(assignments, problems)
  const sourceOf = sourceLookup(assignments)
  relax(input, (path, message) =>
    warnings.push(asSentence(`${named(path.map(String), sourceOf)} ${message}`)),
  )
  const parsed = configSchema.safeParse(input)
  problems.push(...(parsed.error?.issues ?? []).flatMap((issue) => problemsOf(issue, input, sourceOf)))
  problems.push(...choiceProblems(input, sourceOf))
  if (sources.needsGallery) problems.push(...galleryProblems(input))
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems)
  warnings.forEach(warn)
  const config = deepFreeze(complete(parsed.data, sources))
  lookups.set(config, sourceOf)
  return config
}

const lookups = new WeakMap<Config, SourceLookup>()

/** Returns the file and line, the variable or the flag that a value of a configuration comes from; undefined for a default. */
export function sourceIn(config: Config, path: readonly string[]): string | undefined {
  return lookups.get(config)?.(path)
}

function asSentence(text: string): string {
  return text.endsWith('?') ? text : `${text}.`
}

function named(path: readonly string[], sourceOf: SourceLookup): string {
  const source = sourceOf(path)
  return source === undefined ? path.join('.') : `${path.join('.')} (${source})`
}

type Parsed = z.output<typeof configSchema>
type SourceLookup = (path: readonly PropertyKey[]) => string | undefined

function complete(parsed: Parsed, sources: ConfigSources): Config {
  const absolute = (path: string) => resolve(sources.workingDirectory, path)
  const gallery = absolute(parsed.watcher.watched_directory)
  const dataDirectory = absolute(
    parsed.data_directory ?? galleryDataDirectory(userDataDirectory(sources.environment), gallery),
  )
  return {
    ...parsed,
    data_directory: dataDirectory,
    watcher: {
      ...parsed.watcher,
      watched_directory: gallery,
      directories: parsed.watcher.directories.map(({ name, path }) => ({ name, path: absolute(path) })),
    },
    thumbnail: {
      size: parsed.thumbnail.size,
      thumbnail_directory: absolute(
        parsed.thumbnail.thumbnail_directory ?? join(dataDirectory, 'thumbnails'),
      ),
    },
  }
}

/** Where this system keeps a user's application data. */
function userDataDirectory(environment: ConfigSources['environment']): string {
  if (process.platform === 'win32' && environment.LOCALAPPDATA)
    return join(environment.LOCALAPPDATA, 'sketch-search')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'sketch-search')
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'sketch-search')
}

/** Where the data of a gallery are kept by default. */
function galleryDataDirectory(base: string, gallery: string): string {
  const byKey = (realpath: (path: string) => string) => join(base, galleryKey(gallery, realpath))
  // On systems that ignore case, each spelling of a folder has one native path. Earlier versions used the given spelling.
  const former = byKey(realpathSync)
  return existsSync(former) ? former : byKey(realpathSync.native)
}

/** A readable name for a gallery's data that two folders never share. */
function galleryKey(gallery: string, realpath: (path: string) => string): string {
  let real = gallery
  try {
    real = realpath(gallery)
  } catch {
    // A folder that does not exist yet is named after the given path.
  }
  const readable =
    basename(real)
      .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
      .slice(0, 60) || 'gallery'
  return `${readable}-${createHash('sha256').update(real).digest('hex').slice(0, 8)}`
}

function choiceProblems(input: unknown, sourceOf: SourceLookup): Problem[] {
  const path = ['embedder_registry', 'chosen_embedder']
  const chosen = valueAt(input, path) ?? DEFAULT_EMBEDDER
  const defined = valueAt(input, ['embedder_registry', 'embedders'])
  const reason = unknownEmbedder(chosen, isPlainObject(defined) ? defined : {})
  if (reason === undefined) return []
  return [{ path: path.join('.'), source: sourceOf(path), message: `names no embedder: ${reason}` }]
}

function galleryProblems(input: unknown): Problem[] {
  const path = ['watcher', 'watched_directory']
  if (valueAt(input, ['database']) === undefined || valueAt(input, path) !== undefined) return []
  const message =
    'is missing: with a PostgreSQL database, name the folder of the gallery here or as FOLDER on the command line. A worker without access to the folder needs --server URL instead'
  return [{ path: path.join('.'), source: undefined, message }]
}

/** @returns a message with the valid names; undefined if there is an embedder of this name */
export function unknownEmbedder(name: unknown, defined: object): string | undefined {
  const known = [...Object.keys(defined), ...BUILT_IN_EMBEDDERS]
  if (typeof name !== 'string' || known.includes(name)) return undefined
  return `there is no "${name}"; known: ${known.join(', ')}${didYouMean(name, known)}`
}

/** The source of the value at a path: its own, else of the nearest value above or below it. */
function sourceLookup(assignments: Assignment[]): SourceLookup {
  return (path) => {
    const requested = path.map(String)
    const at = assignments.findLast((a) => startsWith(requested, a.path) || startsWith(a.path, requested))
    return at?.source
  }
}

interface Issue {
  code?: string | undefined
  path: PropertyKey[]
  message: string
  keys?: string[]
  errors?: readonly (readonly Issue[])[]
}

function problemsOf(issue: z.core.$ZodIssue, input: unknown, sourceOf: SourceLookup): Problem[] {
  return flatten(issue as Issue, [])

  function flatten(issue: Issue, above: PropertyKey[]): Problem[] {
    const path = [...above, ...issue.path]
    if (issue.code === 'unrecognized_keys') {
      return (issue.keys ?? []).map((key) => unknownKey([...path, key]))
    }
    if (issue.code === 'invalid_union' && issue.errors !== undefined && issue.errors.length > 0) {
      return intendedForm(path, issue.errors).flatMap((inner) => flatten(inner, path))
    }
    const missing = valueAt(input, path) === undefined
    const message = missing ? `is missing: ${requirementOf(issue.message)}` : requirementOf(issue.message)
    return [{ path: path.map(String).join('.'), source: sourceOf(path), message }]
  }

  function unknownKey(path: PropertyKey[]): Problem {
    const parent = path.slice(0, -1).map(String)
    const key = String(path.at(-1))
    const dotted = [...parent, key].join('.')
    const siblings = keysAt(parent)
    if (siblings.includes(key)) {
      const message =
        'does not fit the other keys of its section: see docs/configuration.md for valid combinations'
      return { path: dotted, source: sourceOf(path), message }
    }
    const hint = suggestKey(path.map(String))
    return { path: dotted, source: sourceOf(path), message: `is not a known key${hint}` }
  }

  /** Chooses among the forms of a value by the keys that it has. */
  function intendedForm(path: PropertyKey[], errors: readonly (readonly Issue[])[]): readonly Issue[] {
    const value = valueAt(input, path)
    const form = isPlainObject(value) && ('file' in value || 'class_name' in value) ? 1 : 0
    return errors[form] ?? errors[0] ?? []
  }
}

/** "Invalid input: expected int, received string" → "expected int, received string". */
function requirementOf(message: string): string {
  return message.replace(/^(Invalid (input|option)|Too (big|small)): /, '')
}

function line({ path, source, message }: Problem): string {
  const where = source === undefined ? '' : ` (${source})`
  return path === '' ? `  ${source ?? 'configuration'}: ${message}` : `  ${path}${where}: ${message}`
}

function valueAt(input: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined),
    input,
  )
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}
