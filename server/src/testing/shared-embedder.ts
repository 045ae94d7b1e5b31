import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EmbeddingHost } from '../embedding/host.ts'
import { type OpenedEmbedder, openEmbedder } from '../embedding/open-embedder.ts'
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
  const { host, fingerprint } = await shared
  return { host: withoutClosing(host), fingerprint }
}

async function openForWorker(registry: Parameters<typeof openEmbedder>[1]): Promise<OpenedEmbedder> {
  const dataDirectory = mkdtempSync(join(process.env.TEST_SHARED_DIRECTORY ?? tmpdir(), 'embedder-'))
  takeMeasurements(dataDirectory)
  const opened = await openEmbedder(SHARED_EMBEDDER, registry, {
    dataDirectory,
    isOwner: true,
    onOutput: () => {},
  })
  shareMeasurements(dataDirectory)
  return opened
}

/** The app that uses it may close it as its own. */
function withoutClosing(host: EmbeddingHost): EmbeddingHost {
  return {
    name: host.name,
    dimensions: host.dimensions,
    get processId() {
      return host.processId
    },
    startTimeoutS: host.startTimeoutS,
    sketchMargin: host.sketchMargin,
    inputSize: host.inputSize,
    measurement: host.measurement,
    embed: (...args) => host.embed(...args),
    async close() {},
  }
}
