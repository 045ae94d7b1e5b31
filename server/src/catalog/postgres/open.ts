import { DomainError, messageOf, systemCodeOf } from '../../errors.ts'
import type { Catalog } from '../catalog.ts'
import { createSqlCatalog } from '../sql/sql-catalog.ts'
import { openDatabase, type PostgresOptions } from './database.ts'
import { POSTGRES } from './dialect.ts'
import { createPostgresVectors } from './vectors.ts'

/** Classes of errors (SQLSTATE) and errors of the system that say nothing but that the server is away. */
const AWAY = /^(08|57P|53|E(CONN|HOST|NET|PIPE|TIMEDOUT))/

/**
 * The catalog on a PostgreSQL server with pgvector.
 * @param isOwner false for a visitor, who only searches
 * @throws {DomainError} `unavailable` if the server can't be used, with what would help
 */
export async function openPostgresCatalog(
  options: PostgresOptions,
  isOwner: boolean,
  log: { warn(message: string): void; info(message: string): void },
): Promise<Catalog> {
  const database = await openDatabase(options, log)
  const vectors = createPostgresVectors(database, isOwner, log)
  const catalog = createSqlCatalog({
    database,
    dialect: POSTGRES,
    vectors,
    async close() {
      await vectors.close()
      await database.destroy()
    },
  })
  return withUnavailability(catalog)
}

/** A server that is away is no error of ours: whoever asks is told to come back. */
function withUnavailability(catalog: Catalog): Catalog {
  return new Proxy(catalog, {
    get(target, name, receiver) {
      const method = Reflect.get(target, name, receiver)
      if (typeof method !== 'function') return method
      return async (...args: unknown[]) => {
        try {
          return await method.apply(target, args)
        } catch (error) {
          const isAway =
            AWAY.test(systemCodeOf(error) ?? '') || /connection (terminated|timeout)/i.test(messageOf(error))
          if (!isAway) throw error
          throw new DomainError('unavailable', `PostgreSQL does not answer: ${messageOf(error)}.`, {
            cause: error,
          })
        }
      }
    },
  })
}
