import { sql } from 'kysely'
import { ROOT } from '../../gallery/paths.ts'
import type { FileStore, KnownFile } from '../catalog.ts'
import { subtreeRange } from '../filters.ts'
import { changeImages, type SqlContext } from './context.ts'
import { FoldLevels } from './fold-levels.ts'
import { movedColumns, selectImages, toImage } from './image-rows.ts'
import { createSqlLeftOut } from './left-out.ts'

const CHANGE_TIMES_PER_STATEMENT = 1000

export function createSqlFiles(context: SqlContext): FileStore {
  const { database, dialect, space, attributes } = context
  return {
    inFolder: (directory) => filesWhere(context, 'directory', [directory]),
    countInFolder: (directory) => countInFolder(context, directory),
    at: (paths) => filesWhere(context, 'path', paths),
    byInode: (inodes) => filesByInode(context, inodes),
    folders: (under) => foldersUnder(context, under),

    async mountPoints() {
      const rows = await database.selectFrom('mount_points').select('directory').execute()
      return rows.map((row) => row.directory)
    },

    async saveMountPoints(directories) {
      await database.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('mount_points').execute()
        if (directories.length === 0) return
        await transaction
          .insertInto('mount_points')
          .values(directories.map((directory) => ({ directory })))
          .execute()
      })
    },

    async saveChangeTimes(files) {
      for (let start = 0; start < files.length; start += CHANGE_TIMES_PER_STATEMENT)
        await saveChangeTimes(context, files.slice(start, start + CHANGE_TIMES_PER_STATEMENT))
    },

    ...createSqlLeftOut(context),

    async remove(paths) {
      return changeImages(context, async (transaction) => {
        const folds = await FoldLevels.begin({ database: transaction, dialect })
        const rows = await selectImages(transaction, space().embedderId)
          .where('path', 'in', dialect.texts(paths))
          .execute()
        await folds.before(rows.map(({ id }) => id))
        await transaction.deleteFrom('images').where('path', 'in', dialect.texts(paths)).execute()
        await transaction.deleteFrom('failures').where('path', 'in', dialect.texts(paths)).execute()
        await folds.after([])
        return rows.map((row) => toImage(attributes, row))
      })
    },

    async move(from, to) {
      const { path } = to
      return changeImages(context, async (transaction) => {
        const folds = await FoldLevels.begin({ database: transaction, dialect })
        const rows = await transaction
          .selectFrom('images')
          .select(['id', 'path', 'captured_at', 'content_hash'])
          .where('path', 'in', [from, path])
          .execute()
        const moved = rows.find((row) => row.path === from)
        if (moved === undefined) return undefined
        await folds.before(rows.map(({ id }) => id))
        const failures = await transaction
          .deleteFrom('failures')
          .where('path', 'in', [from, path])
          .returning('content_hash')
          .execute()
        await transaction.deleteFrom('images').where('path', '=', path).execute()
        await transaction
          .updateTable('images')
          .set(movedColumns(to, moved.captured_at))
          .where('id', '=', moved.id)
          .execute()
        await folds.after([moved.id])
        const contents = new Set([...rows, ...failures].flatMap((row) => row.content_hash ?? []))
        contents.delete(moved.content_hash)
        return [...contents]
      })
    },
  }
}

/**
 * Waits for other transactions that change images or failures: the statements lock rows in any order. The rows are those of version 0.1,
 * in which the time of creation was another one.
 */
async function saveChangeTimes(
  { database, dialect }: SqlContext,
  files: readonly { path: string; changedAt: number }[],
): Promise<void> {
  const rows = files.map(({ path, changedAt }) => sql`(${path}, cast(${changedAt} as bigint))`)
  await database.transaction().execute(async (transaction) => {
    await dialect.lockFolding(transaction)
    for (const [table, created] of [
      ['images', sql`, created_at = changed.changed_at`],
      ['failures', sql``],
    ] as const)
      await sql`with changed (path, changed_at) as (values ${sql.join(rows)})
        update ${sql.table(table)} set changed_at = changed.changed_at${created} from changed
        where ${sql.table(table)}.path = changed.path`.execute(transaction)
  })
}

async function filesWhere(
  { database, dialect, space }: SqlContext,
  column: 'directory' | 'path',
  values: string[],
): Promise<KnownFile[]> {
  const { embedderId } = space()
  const indexed = await indexedFiles({ database, space }).where(column, 'in', dialect.texts(values)).execute()
  const failed = await database
    .selectFrom('failures')
    .selectAll()
    .where(column, 'in', dialect.texts(values))
    .execute()
  // A file on which another embedder failed has not been tried with this one.
  const isCurrent = (id: number | null) => id === null || id === embedderId
  const files = [
    ...indexed.map(toKnownFile),
    ...failed.map((row) => toKnownFile({ ...row, vector: isCurrent(row.embedder_id) ? undefined : null })),
  ]
  // A visible image on which the embedder failed has two rows; the failure counts.
  return [...new Map(files.map((file) => [file.path, file])).values()]
}

async function filesByInode(
  { database, dialect, space }: SqlContext,
  inodes: string[],
): Promise<KnownFile[]> {
  const rows = await indexedFiles({ database, space }).where('inode', 'in', dialect.texts(inodes)).execute()
  const failed = await database
    .selectFrom('failures')
    .selectAll()
    .where('inode', 'in', dialect.texts(inodes))
    .execute()
  return [...rows.map(toKnownFile), ...failed.map((row) => toKnownFile({ ...row, vector: undefined }))]
}

async function countInFolder({ database }: SqlContext, directory: string): Promise<number> {
  const images = await database
    .selectFrom('images')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('directory', '=', directory)
    .executeTakeFirstOrThrow()
  const failures = await database
    .selectFrom('failures')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('directory', '=', directory)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('images').select('images.id').whereRef('images.path', '=', 'failures.path'))),
    )
    .executeTakeFirstOrThrow()
  return images.count + failures.count
}

async function foldersUnder({ database }: SqlContext, under: string): Promise<string[]> {
  const [first, end] = subtreeRange(under)
  const foldersOf = (table: 'images' | 'failures') =>
    database
      .selectFrom(table)
      .select('directory')
      .where((eb) =>
        under === ROOT
          ? eb.lit(true)
          : eb.or([
              eb('directory', '=', under),
              eb.and([eb('directory', '>=', first), eb('directory', '<', end)]),
            ]),
      )
  const rows = await foldersOf('images').union(foldersOf('failures')).execute()
  return rows.map((row) => row.directory)
}

/** Indexed files with the id of their vector in the active space. */
function indexedFiles({ database, space }: Pick<SqlContext, 'database' | 'space'>) {
  return database
    .selectFrom('images')
    .leftJoin('vectors', (join) =>
      join
        .onRef('vectors.content_hash', '=', 'images.content_hash')
        .on('vectors.embedder_id', '=', space().embedderId),
    )
    .select([
      'path',
      'bytes',
      'modified_at',
      'changed_at',
      'inode',
      'images.content_hash',
      'sidecar',
      'vectors.id as vector',
    ])
}

/** @param row its `vector` is null for an image without one, undefined for a failure */
function toKnownFile(row: {
  path: string
  bytes: number
  modified_at: number
  changed_at: number | null
  inode: string
  content_hash: string | null
  vector: number | null | undefined
  code?: string
  sidecar?: string | null
}): KnownFile {
  const state = row.vector === undefined ? 'failed' : row.vector === null ? 'without_vector' : 'indexed'
  return {
    path: row.path,
    bytes: row.bytes,
    modifiedAt: row.modified_at,
    changedAt: row.changed_at ?? undefined,
    inode: row.inode,
    contentHash: row.content_hash ?? undefined,
    sidecar: row.sidecar ?? undefined,
    state,
    failureCode: row.code,
  }
}
