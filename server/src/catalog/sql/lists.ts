import { sql } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import { IMAGE_ATTRIBUTES } from '../attributes.ts'
import type { Image, ImageOrder, ListQuery, ListResult, Section, SectionQuery } from '../catalog.ts'
import { filterCondition, isOnlyFolding, isOnlyRange } from '../filters.ts'
import type { SqlContext } from './context.ts'
import { keptCondition } from './counting.ts'
import { selectImages, toImage } from './image-rows.ts'

const ORDER_COLUMN = {
  createdAt: 'created_at',
  modifiedAt: 'modified_at',
  name: 'name_key',
  capturedAt: IMAGE_ATTRIBUTES.capturedAt.order,
} as const satisfies Record<ImageOrder, keyof Tables['images']>

/** From this position on, the total is counted first, because the place may be nearer to the end. */
const FAR_OFFSET = 1_000
/**
 * Maximum number of matching images that are found by the filter and then sorted. Reading the index of their order instead
 * could read all other images as well.
 */
const MAX_SORTED = 20_000

export async function listImages(context: SqlContext, query: ListQuery): Promise<ListResult> {
  const { filter, offset, limit } = query
  const isInOrder = isOnlyFolding(filter)
  if (offset < FAR_OFFSET && isInOrder) {
    const condition = filterCondition(filter, context.dialect)
    const [{ total }, images] = await Promise.all([
      keptCondition(context, filter),
      pageOf(context, query, { condition }),
    ])
    return { images, total }
  }
  const { condition, total } = await keptCondition(context, filter)
  if (total <= MAX_SORTED && !isInOrder && !isOnlyRange(filter, ORDER_COLUMN[query.orderBy]))
    return { images: await pageOf(context, query, { condition, isSorted: true }), total }
  const size = Math.min(limit, total - offset)
  if (size <= 0) return { images: [], total }
  const fromEnd = total - offset - size
  if (fromEnd >= offset) return { images: await pageOf(context, query, { condition }), total }
  const reversed = { ...query, descending: !query.descending, offset: fromEnd, limit: size }
  return { images: (await pageOf(context, reversed, { condition })).reverse(), total }
}

interface PageOptions {
  condition: ReturnType<typeof filterCondition>
  /** Whether the images are sorted instead of read in the order of an index. */
  isSorted?: boolean
}

async function pageOf(
  context: SqlContext,
  query: Omit<ListQuery, 'filter'>,
  { condition, isSorted = false }: PageOptions,
): Promise<Image[]> {
  const { database, space, attributes } = context
  const { orderBy, descending, limit, offset } = query
  const { embedderId } = space()
  const direction = descending ? 'desc' : 'asc'
  const column = sql.ref(`images.${ORDER_COLUMN[orderBy]}`)
  // Without sorting, rows are skipped in the index of the order, without reading them. No index has the order of an expression.
  const page = database
    .selectFrom('images')
    .select('images.id')
    .where(condition)
    .orderBy(isSorted ? sql`coalesce(${column}, ${column})` : column, direction)
    .orderBy('images.id', direction)
    .limit(limit)
    .offset(offset)
  const rows = await selectImages(database, embedderId)
    .where('images.id', 'in', page)
    .orderBy(`images.${ORDER_COLUMN[orderBy]}`, direction)
    .orderBy('images.id', direction)
    .execute()
  return rows.map((row) => toImage(attributes, row))
}

export async function section(context: SqlContext, query: SectionQuery): Promise<Section> {
  const { database, dialect, space, attributes } = context
  const { filter, orderBy, descending, limit, after } = query
  const column = ORDER_COLUMN[orderBy]
  const direction = descending ? 'desc' : 'asc'
  const position = sql`(${sql.ref(`images.${column}`)}, images.id)`
  const comparison = descending ? sql`<` : sql`>`
  const rows = await selectImages(database, space().embedderId)
    .where(filterCondition(filter, dialect))
    .$if(after !== undefined, (selection) =>
      selection.where(sql<boolean>`${position} ${comparison} (${after!.value}, ${after!.id})`),
    )
    .orderBy(`images.${column}`, direction)
    .orderBy('images.id', direction)
    .limit(limit)
    .execute()
  const last = rows.length < limit ? undefined : rows.at(-1)
  return {
    images: rows.map((row) => toImage(attributes, row)),
    next: last && { value: last[column], id: last.id },
  }
}

export async function getAll(
  { database, dialect, space, attributes }: SqlContext,
  ids: readonly string[],
): Promise<Image[]> {
  const rows = await selectImages(database, space().embedderId)
    .where('id', 'in', dialect.texts(ids))
    .execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    return row === undefined ? [] : [toImage(attributes, row)]
  })
}

export async function sample({ database }: SqlContext, count: number): Promise<string[]> {
  const rows = await database.selectFrom('images').select('id').orderBy('id').limit(count).execute()
  return rows.map(({ id }) => id)
}
