import { type Kysely, sql, type Transaction } from 'kysely'
import { DomainError } from '../../errors.ts'
import type { Log } from '../../log.ts'

/** Number of shards of the vectors: divisible by 2, 3, 4 and 6 nodes; each query searches one index for each shard. */
const SHARDS = 12
/** Deletions of many keys are passed on in parts, because each statement names all its contents. */
const CONTENTS_PER_DELETION = 10_000

/** Whether the vectors are spread over the nodes of a Citus cluster. */
export async function isDistributed<T>(database: Kysely<T>): Promise<boolean> {
  const { rows } = await sql<{ table: string | null }>`select to_regclass('vector_data') as table`.execute(
    database,
  )
  return rows[0]!.table !== null
}

/**
 * Moves the vectors into a table that Citus spreads over its nodes by their content. Their keys stay in `vectors` on the coordinator,
 * beside all other tables: joins and constraints need them there.
 * @throws {DomainError} `config_invalid` without Citus, or if a node can't prepare transactions
 */
export async function distribute<T>(
  connection: Kysely<T>,
  name: string,
  log: Pick<Log, 'warn'>,
): Promise<void> {
  const { rows } = await sql`select 1 from pg_extension where extname = 'citus'`.execute(connection)
  if (rows.length === 0)
    throw new DomainError(
      'config_invalid',
      `database.distributed needs the extension "citus" in the database "${name}": install Citus, add it to shared_preload_libraries, and run "create extension citus" there and on all nodes.`,
    )
  await assertPrepares(connection)
  log.warn(
    `The vectors of the database "${name}" are being distributed. Nodes: ${await countNodes(connection)}.`,
  )
  await connection.transaction().execute(async (transaction) => {
    // A vector that another process stores meanwhile would be lost.
    await sql`lock table vectors in access exclusive mode`.execute(transaction)
    await createDataTable(transaction)
    await sql`insert into vector_data (content_hash, embedder_id, data)
      select content_hash, embedder_id, data from vectors`.execute(transaction)
    // Its indexes go with the column.
    await sql`alter table vectors drop column data`.execute(transaction)
    await deleteWithKeys(transaction)
  })
  // The rows keep the dropped column until they are written again.
  await sql`vacuum full vectors`.execute(connection)
}

/** Transactions on several nodes are prepared on each before they are committed. */
async function assertPrepares<T>(connection: Kysely<T>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select node.nodename || ':' || node.nodeport as name
    from run_command_on_all_nodes('show max_prepared_transactions') as answer
    join pg_dist_node as node using (nodeid)
    where answer.success and answer.result = '0'`.execute(connection)
  if (rows.length > 0)
    throw new DomainError(
      'config_invalid',
      `max_prepared_transactions is 0 on ${rows.map(({ name }) => name).join(', ')}: set it above the number of connections, and start that server again.`,
    )
}

async function countNodes<T>(connection: Kysely<T>): Promise<number> {
  const { rows } = await sql<{ nodes: number }>`
    select count(*) as nodes from pg_dist_node where noderole = 'primary' and shouldhaveshards`.execute(
    connection,
  )
  return Math.max(1, rows[0]!.nodes)
}

/** The primary key is also the replica identity, without which writing would wait while a shard is moved. */
async function createDataTable<T>(transaction: Transaction<T>): Promise<void> {
  await sql`create table vector_data (
      content_hash text collate "C" not null,
      embedder_id integer not null,
      data halfvec not null,
      primary key (content_hash, embedder_id)
    )`.execute(transaction)
  await sql`select create_distributed_table('vector_data', 'content_hash', shard_count => ${sql.lit(SHARDS)})`.execute(
    transaction,
  )
}

/** Deletes vectors in the transaction that deletes their keys. Only the coordinator has keys, and needs the function. */
async function deleteWithKeys<T>(transaction: Transaction<T>): Promise<void> {
  await sql`set local citus.enable_ddl_propagation = off`.execute(transaction)
  await sql`create function delete_vector_data() returns trigger language plpgsql as $function$
    declare part record;
    begin
      for part in
        select embedder_id, array_agg(content_hash) as hashes
        from (
          select embedder_id, content_hash,
            row_number() over (partition by embedder_id) / ${sql.lit(CONTENTS_PER_DELETION)} as n
          from deleted
        ) as numbered
        group by embedder_id, n
      loop
        delete from vector_data
        where embedder_id = part.embedder_id and content_hash = any (part.hashes);
      end loop;
      return null;
    end $function$`.execute(transaction)
  await sql`create trigger vectors_deleted after delete on vectors referencing old table as deleted
    for each statement execute function delete_vector_data()`.execute(transaction)
}
