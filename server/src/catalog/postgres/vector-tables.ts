import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { DISTRIBUTED_VECTORS } from './distributed-vectors.ts'
import { LOCAL_VECTORS } from './local-vectors.ts'
import type { VectorTable } from './vector-table.ts'

/** Where a database stores its vectors. */
export function tableOf({ isDistributed }: Pick<PostgresDatabase, 'isDistributed'>): VectorTable {
  return isDistributed ? DISTRIBUTED_VECTORS : LOCAL_VECTORS
}
