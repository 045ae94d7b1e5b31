import { Worker } from 'node:worker_threads'
import { openCatalogDatabase } from '../../database/sqlite/database.ts'
import { programBeside } from '../../threads.ts'
import { addRows, difference, indexFileOf, vectorIds } from './index-rows.ts'
import { openVectorIndex } from './vector-index.ts'

export interface IndexCopyOptions {
  /** The data directory. */
  directory: string
  embedderId: number
  dimensions: number
}

/** The file of an index that another thread writes. */
export interface IndexCopy {
  /** Resolves to false if it was stopped. */
  written: Promise<boolean>
  /** Resolves after `written`. */
  stop(): Promise<void>
}

const ROWS_PER_CHUNK = 256
const YOUNG_GENERATION_MB = 12

/** Writes the file of an index in a thread of its own, while the index is searched and changed. */
export function startIndexCopy(options: IndexCopyOptions): IndexCopy {
  const worker = new Worker(programBeside(import.meta.url, './index-writer'), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
  let isStopped = false
  const written = new Promise<boolean>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', (code) => resolve(!isStopped && code === 0))
  })
  return {
    written,
    async stop() {
      isStopped = true
      await worker.terminate()
      await written.catch(() => {})
    },
  }
}

/** Loads the file of an index, adds and removes what has changed in the rows since, and writes it. Needs the memory of a second index. */
export async function writeIndexCopy({ directory, embedderId, dimensions }: IndexCopyOptions): Promise<void> {
  const database = await openCatalogDatabase(directory)
  try {
    const { index, keys } = await openVectorIndex(indexFileOf(directory, embedderId), dimensions)
    const { missing, surplus } = difference(await vectorIds(database, embedderId), keys)
    index.remove(surplus)
    const removed = new Set(surplus)
    const present = Array.from(keys).filter((key) => !removed.has(key))
    for (let start = 0; start < missing.length; start += ROWS_PER_CHUNK)
      for (const id of await addRows(
        database,
        missing.slice(start, start + ROWS_PER_CHUNK),
        index,
        dimensions,
      ))
        present.push(id)
    await index.save(Float64Array.from(present).sort())
  } finally {
    await database.destroy()
  }
}
