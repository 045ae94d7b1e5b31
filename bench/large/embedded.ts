import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openSqliteCatalogThread } from '../../server/src/catalog/sqlite/client.ts'
import { waitsWhileSaving } from '../embedded.ts'
import { percentile, processorTime } from '../support.ts'
import { defaultSpace, record, type VectorSource } from '../vectors.ts'
import {
  BATCH,
  type EmbeddedCosts,
  type LargeSet,
  type Measurement,
  measureSearch,
  TOP_K,
} from './measurement.ts'

const OPEN = fileURLToPath(new URL('./open-embedded.ts', import.meta.url))

/** Fills an embedded database. @returns processor time in seconds */
export async function fillEmbedded(directory: string, { vectors, count }: LargeSet): Promise<number> {
  const catalog = openSqliteCatalogThread({ directory, savesIndex: true })
  await catalog.spaces.activate(await defaultSpace())
  const before = processorTime(process.pid)
  for (let start = 0; start < count; start += BATCH)
    await catalog.images.upsert(
      Array.from({ length: BATCH }, (_, i) => record(start + i, vectors[start + i]!)),
    )
  const buildS = processorTime(process.pid) - before
  await catalog.close()
  return buildS
}

/** Measures an embedded database that `fillEmbedded` has filled. Removes a tenth of its images at the end. */
export async function measureEmbedded(
  directory: string,
  set: LargeSet,
  source: VectorSource,
  buildS: number,
): Promise<{ measurements: Measurement[]; costs: EmbeddedCosts }> {
  const { stdout } = await promisify(execFile)(process.execPath, [OPEN, directory])
  const { openMs, memoryBytes } = JSON.parse(stdout) as Pick<EmbeddedCosts, 'openMs' | 'memoryBytes'>
  const catalog = openSqliteCatalogThread({ directory, savesIndex: true })
  await catalog.spaces.activate(await defaultSpace())
  const measurements = await measureSearch(
    set,
    { database: 'embedded', memoryBytes, buildS },
    async (vector, filter) => {
      const query = { vector, filter, topK: TOP_K, offset: 0, limit: TOP_K }
      const { images } = await catalog.vectors.nearest(query)
      return images.map(({ name }) => Number.parseInt(name, 10))
    },
  )
  const { savingMs, times } = await waitsWhileSaving(catalog, directory, source, set.vectors)
  await catalog.close()
  const longestWaitMs = percentile(times, 1)
  return { measurements, costs: { rows: set.count, openMs, memoryBytes, savingMs, longestWaitMs } }
}
