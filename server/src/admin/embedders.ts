import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { KnownEmbedder } from '../catalog/catalog.ts'
import { BUILT_IN_EMBEDDERS } from '../config/built-in.ts'
import type { Config } from '../config/schema.ts'
import { lockDirectory } from '../database/directory-lock.ts'
import { definitionOf } from '../embedding/definition-of.ts'
import { fingerprintOf } from '../embedding/fingerprint.ts'
import { cudaProblem } from '../embedding/kinds/onnx/cuda.ts'
import { type Measurement, openMeasurements } from '../embedding/measurements.ts'
import { hasModelFiles, modelDirectory, removeModelFiles } from '../embedding/model-files.ts'
import { openEmbedder, runtimeKey } from '../embedding/open-embedder.ts'
import { describeDefinition, type EmbedderDefinition, embedderKind } from '../embedding/registry.ts'
import { modelFingerprint, spaceFingerprint } from '../embedding/vector-space.ts'
import { DomainError, messageOf } from '../errors.ts'
import { openStorage } from '../storage/open-storage.ts'

const SILENT = { warn() {}, info() {} }

/** A configured embedder, or one with stored vectors. */
export interface EmbedderInfo {
  name: string
  isChosen: boolean
  /** undefined if it is not configured (any more). */
  definition: string | undefined
  /** Length of its vectors; undefined if it was never started. */
  dimensions: number | undefined
  measurement: Measurement | undefined
  /** Number of images of the gallery with a vector from it. */
  images: number
  /** Why it can't be started. */
  problem: string | undefined
  /** Reasons for which it is slower or less able than its definition asks for. */
  warnings: string[]
}

export interface ListOptions {
  /** Receives the name of the embedder that is being started, because that may take a while. */
  onProgress: (name: string, message: string) => void
  /** Whether embedders without a measurement on this machine are started and measured. */
  measures: boolean
}

/** Lists configured and built-in embedders, and those with stored vectors. */
export async function listEmbedders(
  config: Config,
  { onProgress, measures }: ListOptions,
): Promise<EmbedderInfo[]> {
  const { embedder_registry: registry, data_directory: directory } = config
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const storage = await openStorage({ database: config.database, directory, canWrite: false, log: SILENT })
  const { catalog } = storage
  try {
    const kept = await catalog.spaces.list()
    const measurements = openMeasurements(directory)
    const embedders: EmbedderInfo[] = []
    for (const name of new Set([...Object.keys(registry.embedders), ...BUILT_IN_EMBEDDERS])) {
      const definition = definitionOf(name, registry)
      let measurement: Measurement | undefined
      let problem: string | undefined
      const warnings: string[] = []
      let fingerprint: string | undefined
      try {
        fingerprint = await fingerprintOf(name, definition)
        measurement = measurements.get(fingerprint, runtimeKey(definition))
        if (measurement === undefined && measures) {
          onProgress(name, 'being started')
          const { embedder } = await openEmbedder(name, registry, {
            dataDirectory: directory,
            canWrite: true,
            onOutput: () => {},
            onWarning: (message) => warnings.push(message),
            onProgress: (message) => onProgress(name, message),
          })
          measurement = embedder.measurement
          await embedder.close()
        } else warnings.push(...deviceWarnings(name, definition))
      } catch (error) {
        problem = messageOf(error)
      }
      const own = kept.find(
        (known) => known.embedder === name && isVersion(known.fingerprint, fingerprint, registry),
      )
      embedders.push({
        name,
        isChosen: name === registry.chosen_embedder,
        definition: describeDefinition(definition),
        dimensions: own?.dimensions ?? measurement?.dimensions,
        measurement,
        images: own?.images ?? 0,
        problem,
        warnings,
      })
      if (own !== undefined) kept.splice(kept.indexOf(own), 1)
    }
    const left = kept.map(({ embedder, dimensions, images }) => ({
      name: embedder,
      isChosen: false,
      definition: undefined,
      dimensions,
      measurement: undefined,
      images,
      problem: undefined,
      warnings: [],
    }))
    return [...embedders, ...left]
  } finally {
    await storage.close()
  }
}

/** An embedder that was measured before is not started again, which would report this. */
function deviceWarnings(name: string, definition: EmbedderDefinition): string[] {
  const kind = embedderKind(name, definition)
  const problem = kind === 'onnx' || kind === 'trained' ? cudaProblem(definition.device) : undefined
  return problem === undefined ? [] : [`The embedder "${name}": ${problem}`]
}

/**
 * Deletes the vectors of an embedder; of the chosen one, only those of earlier models of its name.
 * @throws {DomainError} if there is nothing to delete, or another process uses the data directory
 */
export async function pruneEmbedder(
  config: Config,
  name: string,
): Promise<{ vectors: number; bytes: number }> {
  const { embedder_registry: registry, data_directory: directory } = config
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const lock = lockDirectory(directory)
  const storage = await openStorage({ database: config.database, directory, canWrite: false, log: SILENT })
  const { catalog } = storage
  try {
    const current = await fingerprintOf(name, definitionOf(name, registry)).catch(() => undefined)
    const isChosen = name === registry.chosen_embedder
    const all = await catalog.spaces.list()
    const own = all.filter(({ embedder }) => embedder === name).map(({ fingerprint }) => fingerprint)
    const kept = isChosen ? own.find((fingerprint) => isVersion(fingerprint, current, registry)) : undefined
    if (isChosen && own.length > 0 && kept === undefined) throw notAsChosen(name)
    const pruned = own.filter((fingerprint) => fingerprint !== kept)
    // An embedder that was only tried has no vectors, but may have a stored graph.
    if (!isChosen && current !== undefined && hasModelFiles(directory, current)) pruned.push(current)
    if (pruned.length === 0) throw nothingToPrune(name, isChosen, all)
    const before = sizeOf(directory)
    const vectors = await catalog.spaces.prune(name, kept)
    const inUse = await fingerprintOf(
      registry.chosen_embedder,
      definitionOf(registry.chosen_embedder, registry),
    ).catch(() => '')
    for (const fingerprint of pruned.map(modelFingerprint))
      if (fingerprint !== inUse) removeModelFiles(directory, fingerprint)
    return { vectors, bytes: before - sizeOf(directory) }
  } finally {
    await storage.close()
    lock.release()
  }
}

/** The vectors may belong to a model whose files are missing at the moment. */
function notAsChosen(name: string): DomainError {
  return new DomainError(
    'conflict',
    `The embedder "${name}" is chosen, but none of the models of its name equals the current one: start it once first. Is this the folder that its paths are relative to, and are its files there?`,
  )
}

/** Data from versions without fingerprints belongs to the current embedder of that name. */
function isVersion(
  kept: string,
  current: string | undefined,
  registry: Config['embedder_registry'],
): boolean {
  return current !== undefined && (kept === spaceFingerprint(current, registry) || kept === '')
}

function nothingToPrune(name: string, isChosen: boolean, all: KnownEmbedder[]): DomainError {
  const known = [...new Set(all.map(({ embedder }) => embedder))].join(', ') || 'none'
  const message = isChosen
    ? `"${name}" is the chosen embedder, and there are no vectors of an earlier model of this name. Choose another embedder first.`
    : `There are no vectors of an embedder "${name}"; there are some of: ${known}.`
  return new DomainError('invalid_request', message)
}

/** Bytes of the database, the index files and the files of models. */
function sizeOf(directory: string): number {
  const files = [directory, modelDirectory(directory)].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()) : [],
  )
  return files.reduce((sum, file) => {
    const stat = statSync(join(file.parentPath, file.name), { throwIfNoEntry: false })
    return sum + (stat?.size ?? 0)
  }, 0)
}
