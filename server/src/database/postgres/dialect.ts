import { sql } from 'kysely'
import type { SqlDialect } from '../dialect.ts'

export const POSTGRES: SqlDialect = {
  texts: (values) => sql<never>`(select unnest(${[...values]}::text[]))`,
  numbers: (values) => sql<never>`(select unnest(${[...values]}::bigint[]))`,
  contains: (column, text) => sql<boolean>`strpos(${column}, ${text}) > 0`,
  jsonText: (column, key) => sql<string>`(${column}::json ->> ${sql.lit(key)})`,
  needsOneRange: true,
  stem: (name) => sql<string>`substring(${name} from '^.*[.]')`,
  async lockFolding(transaction) {
    await sql`select pg_advisory_xact_lock(hashtextextended('sketch-search folding', 0))`.execute(transaction)
  },
}
