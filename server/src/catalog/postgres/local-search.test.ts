import { sql } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { connect } from '../../database/postgres/database.ts'
import { openStorage } from '../../storage/open-storage.ts'
import { imageRecord } from '../../testing/images.ts'
import { sharedPostgres } from '../../testing/shared-postgres.ts'
import { vectorNamed } from '../../testing/vectors.ts'
import { toUnitLength } from '../../vector-math.ts'
import { LOCAL_SEARCH } from './local-search.ts'

const DIMENSIONS = 16
/** Images in each of three groups with nothing in common. */
const GROUP = 1_500
const server = sharedPostgres()

function vectorOf(n: number): Float32Array {
  const vector = vectorNamed(String(n), DIMENSIONS).map((value) => value / 10)
  vector[Math.floor(n / GROUP)]! += 1
  return toUnitLength(vector)
}

it('a search of the index is incomplete if the list of one of its vectors is, however long all are together', async () => {
  const options = await server.createDatabase()
  const log = { warn() {}, info() {} }
  const storage = await openStorage({ database: options, directory: '', canWrite: true, log })
  onTestFinished(() => storage.close())
  await storage.catalog.spaces.activate({ embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS })
  for (let start = 0; start < 3 * GROUP; start += GROUP) {
    const numbers = Array.from({ length: GROUP }, (_, n) => start + n)
    const modifiedAt = (n: number) => (n < GROUP || (n < 2 * GROUP && n % 3 === 0) ? 2 : 1)
    await storage.catalog.images.upsert(
      numbers.map((n) => imageRecord(n, { vector: vectorOf(n), modifiedAt: modifiedAt(n) })),
    )
  }
  const { database, close } = connect(options, 1)
  onTestFinished(close)
  const { id: embedderId } = await database.selectFrom('embedders').select('id').executeTakeFirstOrThrow()
  const space = { embedderId, dimensions: DIMENSIONS }
  const indexed = sql`((${sql.ref('data')}::halfvec(${sql.lit(DIMENSIONS)})) halfvec_cosine_ops)`
  await sql`create index on vectors using hnsw ${indexed} where embedder_id = ${sql.lit(embedderId)}`.execute(
    database,
  )
  await sql`analyze vectors`.execute(database)
  for (const setting of ['enable_sort', 'enable_seqscan'])
    await sql`set ${sql.raw(setting)} = off`.execute(database)

  const topK = 1.2 * GROUP
  const query = { vector: [], filter: {}, topK, offset: 0, limit: topK }
  const vectors = [0, GROUP].map((n) => ({ vector: vectorOf(n), weight: 1, offset: 0 }))
  const search = { database, space, query, vectors }
  expect((await LOCAL_SEARCH.searchIndex(search))!.length).toBeGreaterThan(topK)
  // Each list ends after about one group, while both together are longer than requested.
  expect(await LOCAL_SEARCH.searchIndex(search, 1)).toBeUndefined()

  // All images of the first group pass this filter, and a third of the second one: its list alone is compared with all images.
  const filtered = { ...query, filter: { modifiedMin: 2 }, topK: GROUP / 2 }
  const found = await LOCAL_SEARCH.searchIndex({ ...search, query: filtered }, 1)
  const rows = await database
    .selectFrom('images')
    .select('path')
    .where(
      'id',
      'in',
      found!.map(({ imageId }) => imageId),
    )
    .execute()
  const ofSecond = rows.filter(({ path }) => Number.parseInt(path, 10) >= GROUP)
  expect(ofSecond).toHaveLength(GROUP / 3)
})
