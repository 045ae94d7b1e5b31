import type { KyselyPlugin } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { openCatalogDatabase } from '../../database/sqlite/database.ts'
import { SQLITE } from '../../database/sqlite/dialect.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { keptCondition } from './counting.ts'
import { ResultCache } from './result-cache.ts'

it.each([{ nameContains: 'a' }, { nameContains: 'a', fold: 'copies' } as const])(
  'counts the images that pass %j once for all pages',
  async (filter) => {
    let statements = 0
    const counter: KyselyPlugin = {
      transformQuery({ node }) {
        statements++
        return node
      },
      transformResult: async ({ result }) => result,
    }
    const plain = await openCatalogDatabase(await temporaryDirectory())
    onTestFinished(() => plain.destroy())
    const database = plain.withPlugin(counter)
    const results = new ResultCache(true)
    const count = () => keptCondition({ database, dialect: SQLITE, results }, filter)
    expect(await count()).toMatchObject({ total: 0 })
    const first = statements
    expect(first).toBeGreaterThan(0)
    expect(await count()).toMatchObject({ total: 0 })
    expect(statements).toBe(first)
    results.clear()
    await count()
    expect(statements).toBe(2 * first)
  },
)
