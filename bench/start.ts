import { lstatSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { toFileStat } from '../server/src/gallery/stat-file.ts'
import { openTables } from '../server/src/storage/open-storage.ts'
import { startAndCompare } from './folder.ts'
import { noisePictures, pictureNumber } from './galleries.ts'
import { ms, type Section, table } from './support.ts'

/**
 * A start on a folder in which nothing has changed.
 * @param directory contains `data` with `count` rows, which `benchEmbedded` has left; the folder is created beside it
 */
export async function benchStart(directory: string, count: number): Promise<Section> {
  const gallery = join(directory, 'gallery')
  const files = await makeKnown(gallery, join(directory, 'data'))
  if (files.length !== count) throw new Error(`The catalog has ${files.length} rows, not ${count}.`)
  const starts = [await startAndCompare(gallery, directory), await startAndCompare(gallery, directory)]
  const { readyMs, comparedMs, read, delay, memory } = starts[1]!
  if (read !== 0) throw new Error(`${read} files were read, although nothing has changed`)
  const statMs = statAll(files)
  return {
    text: [
      `## A start on ${count} files, none of which has changed\n`,
      table(
        ['ready', 'compared', 'a loop of lstat over all', 'times that', 'event loop: p99 / most', 'memory'],
        [
          [
            ms(readyMs),
            ms(comparedMs),
            ms(statMs),
            (comparedMs / statMs).toFixed(1),
            `${ms(delay.p99)} / ${ms(delay.max)}`,
            `${memory} MiB`,
          ],
        ],
      ),
    ].join('\n'),
    ratios: { [`start on ${count} files: lstat over all / ready and compared`]: statMs / comparedMs },
  }
}

/** Writes a file for each row of a catalog, and stores the times and sizes that identify unchanged ones. @returns absolute paths */
export async function makeKnown(gallery: string, dataDirectory: string): Promise<string[]> {
  const pictures = await noisePictures(32)
  const raw = await openTables(undefined, dataDirectory, { warn: console.error })
  const rows = await raw.database.selectFrom('images').select(['id', 'path']).execute()
  for (const folder of new Set(rows.map(({ path }) => dirname(path))))
    mkdirSync(join(gallery, folder), { recursive: true })
  await raw.database.transaction().execute(async (transaction) => {
    for (const [n, { id, path }] of rows.entries()) {
      const file = join(gallery, path)
      writeFileSync(file, pictureNumber(n, pictures))
      const info = lstatSync(file, { bigint: true })
      const { bytes, modifiedAt } = toFileStat(path, info)
      await transaction
        .updateTable('images')
        .set({ bytes, modified_at: modifiedAt, inode: String(info.ino) })
        .where('id', '=', id)
        .execute()
    }
  })
  await raw.close()
  return rows.map(({ path }) => join(gallery, path))
}

function statAll(files: readonly string[]): number {
  const start = performance.now()
  for (const file of files) lstatSync(file)
  return performance.now() - start
}
