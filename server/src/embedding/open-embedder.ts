import type { Config } from '../config/schema.ts'
import { messageOf } from '../errors.ts'
import { definitionOf } from './definition-of.ts'
import { fingerprintOf } from './fingerprint.ts'
import { hasCudaProvider } from './kinds/onnx/cuda.ts'
import { openMeasurements } from './measurements.ts'
import { modelDirectory } from './model-files.ts'
import { type EmbeddingHost, type HostOptions, startEmbeddingHost } from './process/supervisor.ts'
import type { EmbedderDefinition } from './registry.ts'

export interface OpenEmbedderOptions extends Omit<HostOptions, 'loadFacts' | 'measurement'> {
  dataDirectory: string
  /** Whether measurements may be written down. */
  isOwner: boolean
}

export interface OpenedEmbedder {
  host: EmbeddingHost
  /** Tells two models under one name apart. */
  fingerprint: string
}

/**
 * Starts the embedder of that name. Files derived from its model and what was measured of it are kept in the data directory.
 * @throws {DomainError} `embedder_unavailable` with the reason
 */
export async function openEmbedder(
  name: string,
  registry: Config['embedder_registry'],
  { dataDirectory, isOwner, ...options }: OpenEmbedderOptions,
): Promise<OpenedEmbedder> {
  const definition = definitionOf(name, registry)
  const fingerprint = await fingerprintOf(name, definition)
  const measurements = openMeasurements(dataDirectory)
  const place = placeOf(definition)
  const known = measurements.get(fingerprint, place)
  const host = await startEmbeddingHost(name, definition, {
    ...options,
    loadFacts: { cacheDirectory: modelDirectory(dataDirectory), fingerprint },
    measurement: known,
    isUnchanged: async () => (await fingerprintOf(name, definition)) === fingerprint,
  })
  try {
    if (known === undefined && isOwner) measurements.put(fingerprint, place, host.measurement)
  } catch (error) {
    // It is measured again at the next start.
    options.onOutput(`What was measured could not be written down: ${messageOf(error)}`)
  }
  return { host, fingerprint }
}

/** What else than the model itself decides how fast it is on this machine. */
export function placeOf({ device, python = '' }: EmbedderDefinition): string {
  return `${device === 'auto' && hasCudaProvider() ? 'cuda' : device} ${python}`
}
