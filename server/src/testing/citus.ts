import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { clientConfig, type PostgresOptions } from '../database/postgres/connection.ts'
import { databaseOptions, type PostgresServer, startPostgres } from './postgres.ts'

/** A PostgreSQL server of a cluster. */
export type CitusNode = Pick<PostgresServer, 'port' | 'crash' | 'restart' | 'log'>

/** A Citus cluster on this machine: a coordinator without vectors, and nodes that hold them. */
export interface CitusCluster {
  readonly coordinator: CitusNode
  readonly nodes: readonly CitusNode[]
  /** Creates an empty database on all servers. @param name chosen if undefined */
  createDatabase(name?: string): Promise<PostgresOptions>
  /** Starts a further node for a database, which has no shards yet. */
  addNode(database: PostgresOptions): Promise<CitusNode>
  /** Moves shards until each node has its share. */
  rebalance(database: PostgresOptions): Promise<void>
  close(): Promise<void>
}

const SETTINGS = [
  'shared_preload_libraries=citus',
  // Moving a shard while it is written.
  'wal_level=logical',
  'max_prepared_transactions=200',
  // A process of Citus looks after each database.
  'max_worker_processes=200',
  'max_connections=300',
  'citus.node_conninfo=sslmode=prefer',
  'citus.enable_statistics_collection=off',
  // Transactions of a node that was down are completed sooner than after a minute.
  'citus.recover_2pc_interval=1s',
]

/** @param programs folder of a PostgreSQL with the extensions `citus` and `vector` */
export async function startCitus(
  programs: string,
  count: number,
  settings: string[] = [],
): Promise<CitusCluster> {
  const start = () => startPostgres([...SETTINGS, ...settings], programs)
  const [coordinator, ...nodes] = await Promise.all(Array.from({ length: count + 1 }, start))
  const servers = () => [coordinator!, ...nodes]

  return {
    coordinator: coordinator!,
    nodes,
    async createDatabase(name = `test_${randomUUID().replaceAll('-', '')}`) {
      await Promise.all(servers().map(({ port }) => createIn(port, name)))
      const options = databaseOptions(coordinator!.port, name)
      await ask(options, `select citus_set_coordinator_host('127.0.0.1', ${coordinator!.port})`)
      for (const { port } of nodes) await ask(options, `select citus_add_node('127.0.0.1', ${port})`)
      return options
    },
    async addNode(database) {
      const node = await start()
      nodes.push(node)
      await createIn(node.port, database.database!)
      await ask(database, `select citus_add_node('127.0.0.1', ${node.port})`)
      return node
    },
    async rebalance(database) {
      await ask(database, 'select citus_rebalance_start()')
      await ask(database, 'select citus_rebalance_wait()')
    },
    async close() {
      await Promise.all(servers().map((server) => server.close()))
    },
  }
}

async function createIn(port: number, name: string): Promise<void> {
  await ask(databaseOptions(port, 'postgres'), `create database ${name}`)
  await ask(databaseOptions(port, name), 'create extension citus')
}

async function ask(options: PostgresOptions, statement: string): Promise<void> {
  const client = new Client(clientConfig(options))
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
