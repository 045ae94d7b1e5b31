import { sql } from 'kysely'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import { fromFloat16, toFloat16 } from '../float16.ts'
import type { TableAccess } from '../sql/table-access.ts'

/** Number of significant digits that distinguishes any two numbers of half precision. */
const DIGITS = 5

export function postgresTableAccess(opened: PostgresDatabase): TableAccess {
  return {
    database: opened.database.withTables(),
    dialect: POSTGRES,
    vectorData: sql<string>`vectors.data::text`,
    toFloat16Bytes: (data) => toFloat16(Float32Array.from(JSON.parse(data as string) as number[])),
    fromFloat16Bytes: (halves) => {
      const text = Array.from(fromFloat16(halves), (value) => Number(value.toPrecision(DIGITS))).join(',')
      return sql<Uint8Array>`${`[${text}]`}::halfvec`
    },
    close: () => opened.close(),
  }
}
