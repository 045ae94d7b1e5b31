import { type Kysely, sql } from 'kysely'

/**
 * Counts the changes of the tables on which filters depend, in the transactions that make them: each server keeps its results until
 * the counts have changed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table image_changes (name text primary key, version bigint not null)`.execute(db)
  await sql`create function count_image_change() returns trigger language plpgsql as $function$
    begin
      update image_changes set version = version + 1 where name = tg_table_name;
      return null;
    end
  $function$`.execute(db)
  for (const name of ['images', 'collection_images']) {
    await sql`insert into image_changes (name, version) values (${name}, 0)`.execute(db)
    await sql`create trigger ${sql.ref(`${name}_counted`)} after insert or update or delete or truncate on ${sql.ref(name)}
      for each statement execute function count_image_change()`.execute(db)
  }
}
