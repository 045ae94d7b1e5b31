import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { SqlDialect } from '../database/dialect.ts'
import type { Tables } from '../database/schema.ts'
import { normalizeName, ROOT } from '../gallery/paths.ts'
import type { ImageFilter } from './catalog.ts'

/** Whether every image passes a filter. */
export function isUnfiltered(filter: ImageFilter): boolean {
  const { directory, recursive, ...rest } = filter
  const everywhere = directory === undefined || (directory === ROOT && recursive === true)
  return everywhere && Object.values(rest).every((value) => value === undefined || value === '')
}

/** Returns the SQL condition of a filter on a table or alias `images`. */
export function filterCondition(filter: ImageFilter, dialect: SqlDialect) {
  return (eb: ExpressionBuilder<Pick<Tables, 'images'>, 'images'>): Expression<SqlBool> => {
    const conditions: Expression<SqlBool>[] = []
    if (filter.nameContains) {
      conditions.push(dialect.contains(eb.ref('images.folded_name'), normalizeName(filter.nameContains)))
    }
    if (filter.createdMin !== undefined) conditions.push(eb('images.created_at', '>=', filter.createdMin))
    if (filter.createdMax !== undefined) conditions.push(eb('images.created_at', '<=', filter.createdMax))
    if (filter.modifiedMin !== undefined) conditions.push(eb('images.modified_at', '>=', filter.modifiedMin))
    if (filter.modifiedMax !== undefined) conditions.push(eb('images.modified_at', '<=', filter.modifiedMax))
    const inDirectory = directoryCondition(eb, filter)
    if (inDirectory !== undefined) conditions.push(inDirectory)
    return eb.and(conditions)
  }
}

function directoryCondition(
  eb: ExpressionBuilder<Pick<Tables, 'images'>, 'images'>,
  { directory, recursive }: ImageFilter,
): Expression<SqlBool> | undefined {
  if (directory === undefined) return undefined
  if (!recursive) return eb('images.directory', '=', directory)
  if (directory === ROOT) return undefined
  const [first, end] = subtreeRange(directory)
  return eb.or([
    eb('images.directory', '=', directory),
    eb.and([eb('images.directory', '>=', first), eb('images.directory', '<', end)]),
  ])
}

/**
 * Returns the range of paths below a folder in binary order, which an index can search. "0" is the character after "/".
 */
export function subtreeRange(directory: string): [first: string, end: string] {
  return [`${directory}/`, `${directory}0`]
}
