import { Worker } from 'node:worker_threads'
import { connectThread, programBeside } from '../../threads.ts'
import type { Catalog } from '../catalog.ts'
import type { SqliteCatalogOptions } from './catalog.ts'

type Method = keyof Catalog

const METHODS = [
  'activateSpace',
  'listEmbedders',
  'pruneEmbedder',
  'getImage',
  'getImageByPath',
  'listImages',
  'findNearest',
  'vectorsOf',
  'countByDirectory',
  'counts',
  'listFailures',
  'knownFiles',
  'knownFilesAt',
  'countKnownFiles',
  'knownDirectories',
  'mountPoints',
  'keepMountPoints',
  'knownFilesByInode',
  'contentInfo',
  'contentsWithVector',
  'upsertImages',
  'putFailure',
  'forgetFailures',
  'removeFiles',
  'moveFile',
  'deleteUnusedVectors',
  'similarPairs',
  'unknownContents',
  'imagesByContentHash',
  'duplicateHashes',
] as const satisfies readonly Method[]

/** What it works with is gone soon; without a limit Node keeps up to 128 MB of it. */
const YOUNG_GENERATION_MB = 12

/** Opens the SQLite catalog in a thread of its own. */
export function openSqliteCatalogThread(options: SqliteCatalogOptions): Catalog {
  const worker = new Worker(programBeside(import.meta.url, './worker'), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
  const thread = connectThread(worker, 'The catalog is closed.')
  const methods = METHODS.map((method) => [method, (...args: unknown[]) => thread.call(method, args)])
  return {
    ...Object.fromEntries(methods),
    async close() {
      if (thread.hasEnded) return
      await thread.call('close', [])
      await thread.end()
    },
  }
}
