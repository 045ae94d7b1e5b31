import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clientConfig, type PostgresOptions } from '../../database/postgres/connection.ts'
import { openStorage } from '../../storage/open-storage.ts'
import { imageRecord } from '../../testing/images.ts'
import { startPostgres } from '../../testing/postgres.ts'
import { sharedPostgres } from '../../testing/shared-postgres.ts'
import { vectorNamed } from '../../testing/vectors.ts'
import { describeCatalog } from '../catalog.contract.ts'
import type { Catalog } from '../catalog.ts'
import { describeCollections } from '../collections.contract.ts'
import { describeFolding } from '../fold.contract.ts'
import { describeFoldedLists } from '../fold-lists.contract.ts'
import { describeLocalClock } from '../local-clock.contract.ts'

const SILENT = { warn(_: string) {}, info(_: string) {} }
const shared = sharedPostgres()

describeCatalog('the PostgreSQL catalog', async () => openCatalog(await shared.createDatabase(), SILENT))
describeCollections('collections in PostgreSQL', async () =>
  openCatalog(await shared.createDatabase(), SILENT),
)

describeFolding('folding in PostgreSQL', async () => openCatalog(await shared.createDatabase(), SILENT))
describeFoldedLists('folded lists in PostgreSQL', async () =>
  openCatalog(await shared.createDatabase(), SILENT),
)
describeLocalClock('the clock of PostgreSQL', async () => openCatalog(await shared.createDatabase(), SILENT))

/** Closing the catalog also closes its connections. */
async function openCatalog(database: PostgresOptions, log: typeof SILENT): Promise<Catalog> {
  const storage = await openStorage({ database, directory: '', canWrite: true, log })
  return Object.assign(Object.create(storage.catalog), { close: () => storage.close() })
}

const DIMENSIONS = 16
const COUNT = 12_000
const TOP = 50

const vectorOf = (n: number) => vectorNamed(String(n), DIMENSIONS)

function scoreOf(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

describe('its vector index', () => {
  it('is built for many rows, is used, and finds the same images as a comparison of all, also with filters', async () => {
    // A server that logs the plan of each query.
    const server = await startPostgres([
      'shared_preload_libraries=auto_explain',
      'auto_explain.log_min_duration=0',
      'log_statement=all',
    ])
    onTestFinished(() => server.close())
    const options = await server.createDatabase()
    const logged: string[] = []
    const note = (message: string) => void logged.push(message)
    const catalog = await openCatalog(options, { warn: note, info: note })
    onTestFinished(() => catalog.close())
    await catalog.spaces.activate({ embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS })
    for (let start = 0; start < COUNT; start += 1000) {
      const records = Array.from({ length: 1000 }, (_, i) => start + i).map((n) =>
        imageRecord(n, { createdAt: n, vector: vectorOf(n) }),
      )
      await catalog.images.upsert(records)
    }
    const client = new pg.Client(clientConfig(options))
    await client.connect()
    onTestFinished(() => client.end())
    const isValid = async () =>
      (await client.query("select indisvalid from pg_index where indexrelid = to_regclass('vectors_hnsw_1')"))
        .rows
    await expect.poll(isValid).toEqual([{ indisvalid: true }])
    expect(logged).toContainEqual(expect.stringContaining('"test" is being built'))
    const uses = async () => {
      await client.query('select pg_stat_clear_snapshot()')
      const { rows } = await client.query<{ idx_scan: string }>(
        "select idx_scan from pg_stat_user_indexes where indexrelname = 'vectors_hnsw_1'",
      )
      return Number(rows[0]!.idx_scan)
    }

    const recallFor = async (filter: { createdMin?: number }, passes: (n: number) => boolean) => {
      let hits = 0
      for (let q = 0; q < 10; q++) {
        const query = vectorOf(1_000_000 + q)
        const exact = Array.from({ length: COUNT }, (_, n) => n)
          .filter(passes)
          .map((n) => ({ n, score: scoreOf(query, vectorOf(n)) }))
          .sort((a, b) => b.score - a.score)
          .slice(0, TOP)
        const { images } = await catalog.vectors.nearest({
          vector: query,
          filter,
          topK: TOP,
          offset: 0,
          limit: TOP,
        })
        expect(images).toHaveLength(TOP)
        const found = new Set(images.map(({ path }) => path))
        hits += exact.filter(({ n }) => found.has(`${n}.jpg`)).length
      }
      return hits / (10 * TOP)
    }
    const before = await uses()
    expect(await recallFor({}, () => true)).toBeGreaterThanOrEqual(0.97)
    expect(await recallFor({ createdMin: 1000 }, (n) => n >= 1000)).toBeGreaterThanOrEqual(0.97)
    // Statistics arrive a moment later.
    await expect.poll(uses).toBeGreaterThan(before)
    expect(await recallFor({ createdMin: 11_900 }, (n) => n >= 11_900)).toBe(1)

    // The plan of the server and the depth of its search, for one search each.
    const logOf = async (topK: number, filter = {}) => {
      const start = server.log().length
      await catalog.vectors.nearest({ vector: vectorOf(0), filter, topK, offset: 0, limit: 10 })
      await expect.poll(() => server.log().slice(start)).toMatch(/Query Text:\s+select "imageId"[\s\S]*Limit/)
      return server.log().slice(start)
    }
    const small = await logOf(50)
    expect(small).toMatch(/Index Scan using vectors_hnsw_1 on vectors/)
    expect(small).toMatch(/set local hnsw\.ef_search = 600/)
    expect(await logOf(200)).toMatch(/set local hnsw\.ef_search = 800/)
    expect(await logOf(5000)).toMatch(/set local hnsw\.ef_search = 1000/)
    expect(await logOf(50, { createdMin: 1000 })).toMatch(/set local hnsw\.ef_search = 1000/)
    const few = await logOf(50, { createdMin: 11_900 })
    expect(few).toMatch(/images_by_created_at/)
    expect(few).not.toMatch(/vectors_hnsw_1/)

    // Months and pages by capture are read from an index alone, also with folding.
    await client.query('vacuum analyze images')
    const plansStart = server.log().length
    await catalog.images.timeline({ fold: 'shots' })
    const page = { orderBy: 'capturedAt', descending: true, offset: 5_000, limit: 100 } as const
    await catalog.images.list({ filter: { fold: 'shots' }, ...page })
    const plans = () => server.log().slice(plansStart)
    await expect.poll(plans).toMatch(/Index Only Scan (Backward )?using images_by_taken_month/)
    await expect.poll(plans).toMatch(/Index Only Scan (Backward )?using images_by_taken_at/)

    // Closing does not wait for a build; the next process builds the index.
    await client.query('drop index vectors_hnsw_1')
    await client.query('begin isolation level repeatable read')
    await client.query('select 1 from vectors limit 1')
    const interrupted = await openCatalog(options, SILENT)
    await interrupted.spaces.activate({ embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS })
    const other = new pg.Client(clientConfig(options))
    await other.connect()
    onTestFinished(() => other.end())
    const isBuilding = async () =>
      (
        await other.query(
          "select 1 from pg_stat_activity where query like 'create index concurrently%' and wait_event = 'virtualxid'",
        )
      ).rowCount
    // The build waits for the earlier transaction.
    await expect.poll(isBuilding).toBe(1)
    // Without cancelling, it would wait for the end of the open transaction.
    await interrupted.close()
    expect(await isBuilding()).toBe(0)
    await client.query('rollback')
    const next = await openCatalog(options, SILENT)
    onTestFinished(() => next.close())
    await next.spaces.activate({ embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS })
    await expect.poll(isValid).toEqual([{ indisvalid: true }])
  })
})
