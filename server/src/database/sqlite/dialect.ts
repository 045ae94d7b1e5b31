import { sql } from 'kysely'
import type { SqlDialect } from '../dialect.ts'

const list = (values: readonly (string | number)[]) =>
  sql<never>`(select value from json_each(${JSON.stringify(values)}))`

export const SQLITE: SqlDialect = {
  texts: list,
  numbers: list,
  contains: (column, text) => sql<boolean>`instr(${column}, ${text}) > 0`,
  jsonText: (column, key) => sql<string>`(${column} ->> ${sql.lit(key)})`,
  needsOneRange: false,
  stem: (name) => sql<string>`rtrim(${name}, replace(${name}, '.', ''))`,
  // Transactions write one after the other.
  lockFolding: async () => {},
}
