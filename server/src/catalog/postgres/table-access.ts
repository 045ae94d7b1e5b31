import { sql } from 'kysely'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import { fromHalf, toHalf } from '../float16.ts'
import type { TableAccess } from '../sql/table-access.ts'

/** So many digits tell any two numbers of half precision apart. */
const DIGITS = 5

export function postgresTableAccess(opened: PostgresDatabase): TableAccess {
  return {
    database: opened.database.withTables(),
    dialect: POSTGRES,
    vectorData: sql<string>`vectors.data::text`,
    toHalves: (data) => toHalf(Float32Array.from(JSON.parse(data as string) as number[])),
    fromHalves: (halves) => {
      const text = Array.from(fromHalf(halves), (value) => Number(value.toPrecision(DIGITS))).join(',')
      return sql<Uint8Array>`${`[${text}]`}::halfvec`
    },
    close: () => opened.close(),
  }
}
