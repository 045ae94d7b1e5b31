import { readFileSync } from 'node:fs'
import type { ClientConfig } from 'pg'
import { DomainError, messageOf } from '../../errors.ts'

/** A PostgreSQL server, by its parts or by a URL that holds them all. */
export interface PostgresOptions {
  host?: string | undefined
  port?: number
  database?: string | undefined
  user?: string | undefined
  password?: string | undefined
  url?: string | undefined
  ssl?: 'disable' | 'require' | 'verify-full'
  /** File with the CA certificates that the server's certificate is checked against. */
  ssl_ca?: string | undefined
  hnsw?: { m: number; ef_construction: number }
  /** Spreads the vectors over the nodes of a Citus cluster. */
  distributed?: boolean
  /** Its standby servers, by the settings that differ. */
  replicas?: readonly ReplicaOptions[]
}

interface ReplicaOptions {
  host?: string | undefined
  port?: number
  url?: string | undefined
}

const DEFAULT_PORT = 5432
const CONNECT_TIMEOUT_MS = 10_000

/**
 * Returns the settings of a connection. Keepalive detects that the other side has gone without closing it.
 * @throws {DomainError} `config_invalid` if the file of certificates can't be read
 */
export function clientConfig(options: PostgresOptions): ClientConfig {
  const { host, port, database, user, password, url } = options
  return {
    ...(url === undefined ? { host, port, database, user, password } : { connectionString: url }),
    ...sslOf(options),
    application_name: 'sketch-search',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: CONNECT_TIMEOUT_MS,
  }
}

/** Returns the settings for each standby server: those of the primary with another address. */
export function replicasOf({ replicas = [], ...primary }: PostgresOptions): PostgresOptions[] {
  return replicas.map(({ host, port = DEFAULT_PORT, url }) => {
    if (url !== undefined) return { ...primary, url }
    const parsed = URL.parse(primary.url ?? '')
    if (parsed === null) return { ...primary, host, port }
    parsed.hostname = host!
    parsed.port = String(port)
    return { ...primary, url: parsed.href }
  })
}

/** Returns the name of a server for messages, without its password. */
export function describeServer({ host, port = DEFAULT_PORT, url }: PostgresOptions): string {
  if (url === undefined) return `${host}:${port}`
  const parsed = URL.parse(url)
  return `${parsed?.hostname ?? 'the server'}:${parsed?.port || DEFAULT_PORT}`
}

/** Returns the name of a database and its server for messages, without the password. */
export function describeDatabase(options: PostgresOptions): string {
  return `"${namesOf(options).database}" at ${describeServer(options)}`
}

export function namesOf({ url, user = '', database = '' }: PostgresOptions): {
  user: string
  database: string
} {
  const parsed = URL.parse(url ?? '')
  if (parsed === null) return { user, database }
  return { user: decodeURIComponent(parsed.username), database: decodeURIComponent(parsed.pathname.slice(1)) }
}

function sslOf({ ssl = 'disable', ssl_ca: file }: PostgresOptions): Pick<ClientConfig, 'ssl'> {
  if (ssl === 'disable') return {}
  if (ssl === 'require') return { ssl: { rejectUnauthorized: false } }
  return { ssl: file === undefined ? true : { ca: readCertificates(file) } }
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new DomainError('config_invalid', `database.ssl_ca can't be read: ${messageOf(error)}.`, {
      cause: error,
    })
  }
}
