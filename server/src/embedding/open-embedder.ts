import { messageOf } from '../errors.ts'
import { definitionOf, type EmbedderRegistry } from './definition-of.ts'
import { fingerprintOf } from './fingerprint.ts'
import { hasCudaProvider } from './kinds/onnx/cuda.ts'
import { openMeasurements } from './measurements.ts'
import { modelDirectory } from './model-files.ts'
import type { EmbedderClient, EmbedderClientOptions } from './process/embedder-client.ts'
import { startEmbedder } from './process/supervisor.ts'
import type { EmbedderDefinition } from './registry.ts'

export interface OpenEmbedderOptions extends Omit<EmbedderClientOptions, 'loadSettings' | 'measurement'> {
  dataDirectory: string
  /** Whether measurements may be stored. */
  canWrite: boolean
}

export interface OpenedEmbedder {
  embedder: EmbedderClient
  /** Distinguishes models with the same name. */
  fingerprint: string
}

/**
 * Starts an embedder. Files derived from its model, and its measurements, are stored in the data directory.
 * @throws {DomainError} `embedder_unavailable` with the reason
 */
export async function openEmbedder(
  name: string,
  registry: EmbedderRegistry,
  { dataDirectory, canWrite, ...options }: OpenEmbedderOptions,
): Promise<OpenedEmbedder> {
  const definition = definitionOf(name, registry)
  const fingerprint = await fingerprintOf(name, definition)
  const measurements = openMeasurements(dataDirectory)
  const runtime = runtimeKey(definition, options.searches)
  const known = measurements.get(fingerprint, runtime)
  const embedder = await startEmbedder(name, definition, {
    ...options,
    loadSettings: { cacheDirectory: modelDirectory(dataDirectory), fingerprint },
    measurement: known,
    isUnchanged: async () => (await fingerprintOf(name, definition)) === fingerprint,
  })
  try {
    if (known === undefined && canWrite) measurements.put(fingerprint, runtime, embedder.measurement)
  } catch (error) {
    // The next start measures again.
    options.onOutput(`The measurements of the embedder could not be stored: ${messageOf(error)}`)
  }
  return { embedder, fingerprint }
}

/** The settings besides the model itself that determine its speed and batches on this machine. */
export function runtimeKey({ device, python = '' }: EmbedderDefinition, searches = true): string {
  return `${device === 'auto' && hasCudaProvider() ? 'cuda' : device} ${python}${searches ? '' : ' bulk'}`
}
