import { type RawBuilder, sql } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import {
  BURST_GAP_MS,
  foldLevel,
  isCopy,
  isFromSameCamera,
  isSameShot,
  isTwin,
  TWIN_LEVEL,
} from '../../database/folding.ts'

/** Images whose level of folding may change if some images come, or if they change or go. */
type Change = 'come' | 'go'

/**
 * Keeps the levels of folding in step with the images of a transaction. Only images whose level may change are compared, so that a
 * further copy of a file costs the same however many there are.
 */
export class FoldLevels {
  readonly #database: SqlDatabase
  readonly #affected = new Set<string>()

  private constructor(database: SqlDatabase) {
    this.#database = database
  }

  /** To be called before the transaction changes any image: it waits for other transactions that do. */
  static async begin(database: SqlDatabase): Promise<FoldLevels> {
    await database.dialect.lockFolding(database.database)
    return new FoldLevels(database)
  }

  /** To be called before images change or go. */
  async before(ids: readonly string[]): Promise<void> {
    await this.#addNeighbours(ids, 'go')
  }

  /** To be called at the end. @param ids images that have come or changed */
  async after(ids: readonly string[]): Promise<void> {
    await this.#addNeighbours(ids, 'come')
    for (const id of ids) this.#affected.add(id)
    if (this.#affected.size === 0) return
    const { database, dialect } = this.#database
    await sql`with levels as (
        select images.id, ${foldLevel(dialect)} as fold_level from images where images.id in ${dialect.texts([...this.#affected])}
      )
      update images set fold_level = levels.fold_level from levels
      where levels.id = images.id and images.fold_level is distinct from levels.fold_level`.execute(database)
  }

  async #addNeighbours(ids: readonly string[], change: Change): Promise<void> {
    if (ids.length === 0) return
    const { database, dialect } = this.#database
    // With a cross join SQLite reads the few images first, and then their neighbours from an index.
    const parts = neighbours(dialect, change).map(
      (condition) =>
        sql`select images.id from images as seen cross join images where seen.id in ${dialect.texts(ids)} and ${condition}`,
    )
    const { rows } = await sql<{ id: string }>`${sql.join(parts, sql` union `)}`.execute(database)
    for (const { id } of rows) this.#affected.add(id)
  }
}

/**
 * An image that is a copy of another one already stays that if others come, and one that has others before it if later ones go. The same
 * applies to twins.
 */
function neighbours(dialect: SqlDatabase['dialect'], change: Change): RawBuilder<unknown>[] {
  const begin = sql`seen.captured_at`
  const follows = sql`${isFromSameCamera('seen', 'images', dialect)} and images.captured_at between ${begin} and ${begin} + ${sql.lit(BURST_GAP_MS)}`
  const shot = isSameShot('seen', 'images', dialect)
  const copy = isCopy('seen', 'images', dialect)
  const twin = isTwin('seen', 'images', dialect)
  const isNoCopy = (image: 'seen' | 'images') =>
    sql`(${sql.ref(`${image}.fold_level`)} is null or ${sql.ref(`${image}.fold_level`)} > 1)`
  const isFirstTwin = sql`seen.fold_level = 1 and images.fold_level = ${sql.lit(TWIN_LEVEL)}`
  return change === 'come'
    ? [
        sql`${copy} and (${isNoCopy('images')} or images.fold_level = 1 and ${twin})`,
        shot,
        sql`${follows} and images.fold_level is null`,
      ]
    : [
        sql`${copy} and (${isNoCopy('seen')} or ${isFirstTwin} and ${twin})`,
        shot,
        sql`${follows} and images.fold_level = 3`,
      ]
}
