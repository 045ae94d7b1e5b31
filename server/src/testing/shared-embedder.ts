import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenedEmbedder, openEmbedder } from '../embedding/open-embedder.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { shareMeasurements, takeMeasurements } from './measurements.ts'

const SHARED_EMBEDDER = 'classical'
let shared: Promise<OpenedEmbedder> | undefined

/**
 * Opens the `classical` embedder in one process for all apps of a test worker, which ends with the worker. Starting one for each
 * app would take half of the time that an app needs to start. Other embedders get a process of their own.
 */
export const openSharedEmbedder: typeof openEmbedder = async (name, registry, options) => {
  if (name !== SHARED_EMBEDDER || Object.hasOwn(registry.embedders, name))
    return openEmbedder(name, registry, options)
  shared ??= openForWorker(registry)
  const { embedder, fingerprint } = await shared
  return { embedder: withoutClosing(embedder), fingerprint }
}

async function openForWorker(registry: Parameters<typeof openEmbedder>[1]): Promise<OpenedEmbedder> {
  const dataDirectory = mkdtempSync(join(process.env.TEST_SHARED_DIRECTORY ?? tmpdir(), 'embedder-'))
  takeMeasurements(dataDirectory)
  const opened = await openEmbedder(SHARED_EMBEDDER, registry, {
    dataDirectory,
    canWrite: true,
    onOutput: () => {},
  })
  shareMeasurements(dataDirectory)
  return opened
}

/** The app that uses it may close it as its own. */
function withoutClosing(embedder: EmbedderClient): EmbedderClient {
  return {
    name: embedder.name,
    dimensions: embedder.dimensions,
    get processId() {
      return embedder.processId
    },
    startTimeoutS: embedder.startTimeoutS,
    sketchMargin: embedder.sketchMargin,
    sketchExpansion: embedder.sketchExpansion,
    inputSize: embedder.inputSize,
    measurement: embedder.measurement,
    embedsText: embedder.embedsText,
    places: embedder.places,
    embed: (...args) => embedder.embed(...args),
    embedText: (texts) => embedder.embedText(texts),
    announceQuery: () => embedder.announceQuery(),
    embedPlaces: (images) => embedder.embedPlaces(images),
    async close() {},
  }
}
