import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { SqlDialect } from '../database/dialect.ts'
import { TWIN_COLUMNS } from '../database/folding.ts'
import type { Tables } from '../database/schema.ts'
import { normalizeName, ROOT } from '../gallery/paths.ts'
import type { AttributeCondition } from './attribute-filters.ts'
import { IMAGE_ATTRIBUTES } from './attributes.ts'
import type { ImageFilter, NearPlace } from './catalog.ts'
import { type FoldReason, foldCondition } from './fold.ts'

type ImagesBuilder = ExpressionBuilder<Pick<Tables, 'images'>, 'images'>

/** Whether every image passes a filter. */
export function isUnfiltered(filter: ImageFilter): boolean {
  const { directory, recursive, ...rest } = filter
  const everywhere = directory === undefined || (directory === ROOT && recursive === true)
  return everywhere && Object.values(rest).every((value) => value === undefined || value === '')
}

/** Whether nearly every image passes a filter: it only leaves out images that another one stands for. */
export function isOnlyFolding({ fold: _, ...others }: ImageFilter): boolean {
  return isUnfiltered(others)
}

/** Returns the SQL condition of a filter on a table or alias `images`. @param isOfFew as for `foldCondition` */
export function filterCondition(filter: ImageFilter, dialect: SqlDialect, isOfFew = false) {
  return (eb: ImagesBuilder): Expression<SqlBool> => {
    const conditions: Expression<SqlBool>[] = []
    if (filter.nameContains) {
      conditions.push(dialect.contains(eb.ref('images.folded_name'), normalizeName(filter.nameContains)))
    }
    if (filter.createdMin !== undefined) conditions.push(eb('images.created_at', '>=', filter.createdMin))
    if (filter.createdMax !== undefined) conditions.push(eb('images.created_at', '<=', filter.createdMax))
    if (filter.modifiedMin !== undefined) conditions.push(eb('images.modified_at', '>=', filter.modifiedMin))
    if (filter.modifiedMax !== undefined) conditions.push(eb('images.modified_at', '<=', filter.modifiedMax))
    if (filter.textContains) conditions.push(textCondition(eb, dialect, filter.textContains))
    for (const condition of filter.conditions ?? []) conditions.push(attributeCondition(dialect, condition))
    for (const collection of filter.collections ?? []) conditions.push(collectionCondition(eb, collection))
    if (filter.imageIds !== undefined) conditions.push(eb('images.id', 'in', dialect.texts(filter.imageIds)))
    for (const other of filter.within ?? []) conditions.push(filterCondition(other, dialect)(eb))
    if (filter.near !== undefined) conditions.push(nearCondition(eb, filter.near))
    if (filter.fold !== undefined) {
      const { fold, ...others } = filter
      conditions.push(foldCondition(eb, fold, dialect, passesOf(others, dialect), isOfFew))
    }
    const inDirectory = directoryCondition(eb, filter, dialect)
    if (inDirectory !== undefined) conditions.push(inDirectory)
    return eb.and(conditions)
  }
}

/** Returns what an image has to pass to take the place of another one; undefined if every image passes. */
export function passesOf(filter: ImageFilter, dialect: SqlDialect) {
  if (isUnfiltered(filter)) return undefined
  return {
    condition: filterCondition(filter, dialect),
    isShared: (reason: FoldReason) => isShared(filter, reason),
  }
}

/** Columns that two images have in common if one stands for the other for a reason, and for none before it. */
const SHARED_COLUMNS: Record<FoldReason, readonly string[]> = {
  twins: TWIN_COLUMNS,
  copies: [],
  shots: ['directory', IMAGE_ATTRIBUTES.capturedAt.order],
  bursts: ['directory', IMAGE_ATTRIBUTES.camera.column],
}

function isShared(filter: ImageFilter, reason: FoldReason): boolean {
  const { directory, recursive: _, conditions = [], near, within = [], ...others } = filter
  const columns = conditions.map(({ column }) => column)
  if (directory !== undefined) columns.push('directory')
  if (near !== undefined) columns.push(IMAGE_ATTRIBUTES.latitude.column, IMAGE_ATTRIBUTES.longitude.column)
  return (
    isUnfiltered(others) &&
    columns.every((column) => SHARED_COLUMNS[reason].includes(column)) &&
    within.every((other) => isShared(other, reason))
  )
}

/** Whether a filter only tests a column: its index has the images that pass, in their order. */
export function isOnlyRange({ fold: _, conditions = [], ...others }: ImageFilter, tested: string): boolean {
  return isUnfiltered(others) && conditions.length > 0 && conditions.every(({ column }) => column === tested)
}

const KM_PER_DEGREE = 111.32
const MAX_LATITUDE = 90
const MAX_LONGITUDE = 180

/** The box may cross the line where 180° east meets 180° west, and contains all longitudes where it contains a pole. */
function nearCondition(eb: ImagesBuilder, { latitude, longitude, distance }: NearPlace): Expression<SqlBool> {
  const height = distance / KM_PER_DEGREE
  const [south, north] = [latitude - height, latitude + height]
  const isInLatitude = eb.between('images.latitude', south, north)
  const widest = Math.max(Math.abs(south), Math.abs(north))
  const width = widest < MAX_LATITUDE ? height / Math.cos((widest * Math.PI) / 180) : MAX_LONGITUDE
  if (width >= MAX_LONGITUDE) return isInLatitude
  const turns = [-2 * MAX_LONGITUDE, 0, 2 * MAX_LONGITUDE].map((turn) =>
    eb.between('images.longitude', longitude - width + turn, longitude + width + turn),
  )
  return eb.and([isInLatitude, eb.or(turns)])
}

function textCondition(eb: ImagesBuilder, dialect: SqlDialect, text: string): Expression<SqlBool> {
  const normalized = normalizeName(text)
  return eb.or([
    dialect.contains(eb.ref('images.folded_name'), normalized),
    dialect.contains(eb.fn.coalesce('images.search_text', sql.lit('')), normalized),
  ])
}

function collectionCondition(eb: ImagesBuilder, collection: string): Expression<SqlBool> {
  const members = sql<never>`(select image_id from collection_images where collection_id = ${collection})`
  return eb('images.id', 'in', members)
}

/** The column may belong to an attribute that `Tables` does not declare. */
function attributeCondition(dialect: SqlDialect, { column, operator, value }: AttributeCondition) {
  const ref = sql.ref(`images.${column}`)
  if (operator === 'contains') return caselessCondition(dialect, ref, value)
  return operator === '>=' ? sql<boolean>`${ref} >= ${value}` : sql<boolean>`${ref} <= ${value}`
}

/** Letters that a condition lowers one by one. Beyond them, the case of a letter matters. */
const MAX_LOWERED = 64

/**
 * Both databases lower only ASCII letters here. The other letters of the text are replaced in the column, in the same way as in the
 * text, so that a column always contains a part of itself.
 */
function caselessCondition(dialect: SqlDialect, column: Expression<unknown>, text: string) {
  const lowered = new Map<string, string>()
  for (const written of text) {
    const small = written.toLowerCase()
    for (const letter of [written, small.toUpperCase()])
      if (letter > '\u007f' && letter !== small && letter.toLowerCase() === small) lowered.set(letter, small)
  }
  let [folded, searched] = [
    sql<string>`lower(${column})`,
    text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  ]
  for (const [letter, small] of [...lowered].slice(0, MAX_LOWERED)) {
    folded = sql<string>`replace(${folded}, ${letter}, ${small})`
    searched = searched.replaceAll(letter, small)
  }
  return dialect.contains(folded, searched)
}

function directoryCondition(
  eb: ImagesBuilder,
  { directory, recursive }: ImageFilter,
  dialect: SqlDialect,
): Expression<SqlBool> | undefined {
  if (directory === undefined) return undefined
  if (!recursive) return eb('images.directory', '=', directory)
  if (directory === ROOT) return undefined
  const [first, end] = subtreeRange(directory)
  const isInside = eb.or([
    eb('images.directory', '=', directory),
    eb.and([eb('images.directory', '>=', first), eb('images.directory', '<', end)]),
  ])
  if (!dialect.needsOneRange) return isInside
  return eb.and([eb('images.directory', '>=', directory), eb('images.directory', '<', end), isInside])
}

/**
 * Returns the range of paths below a folder in binary order, which an index can search. "0" is the character after "/".
 */
export function subtreeRange(directory: string): [first: string, end: string] {
  return [`${directory}/`, `${directory}0`]
}
