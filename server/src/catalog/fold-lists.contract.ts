import { describe, expect, it, onTestFinished } from 'vitest'
import { createRandom, type Random } from '../../../scripts/demo/random.ts'
import { onLocalClock } from '../contract/times.ts'
import { naturalKey } from '../gallery/natural-order.ts'
import type { AttributeCondition } from './attribute-filters.ts'
import type { Catalog, Image, ImageFilter, ImageRecord } from './catalog.ts'
import { FOLD_LEVELS } from './contract/images.ts'

const SPACE = { embedder: 'test', fingerprint: '1', dimensions: 2 }
const ROWS = 240
const FILTERS = 40
const CHANGES = 30
const START = Date.UTC(2024, 0, 31, 23, 59, 40)
const SPAN_S = 40
const FOLDERS = ['.', 'a', 'a/b', 'a0', 'b', 'b/c/d'] as const
const CAMERAS = ['Camera A', 'camera B', undefined] as const
const ORDERS = ['capturedAt', 'name', 'createdAt'] as const
const GALLERIES = [1, 2, 3]

/** Folded lists, totals, jumps and timelines of random galleries, compared with a plain computation. */
export function describeFoldedLists(name: string, open: () => Promise<Catalog>): void {
  describe(name, () => {
    it.each(GALLERIES)(
      'are those of a plain computation, in the random gallery %i',
      async (seed) => {
        const random = createRandom(seed)
        const catalog = await open()
        onTestFinished(() => catalog.close())
        await catalog.spaces.activate(SPACE)
        const records = Array.from({ length: ROWS }, () => someRecord(random))
        await catalog.images.upsert([...new Map(records.map((record) => [record.path, record])).values()])
        await compare(catalog, random)
        for (let n = 0; n < CHANGES; n++) await change(catalog, random)
        await compare(catalog, random)
      },
      120_000,
    )
  })
}

const numberBelow = (random: Random, end: number) => Math.floor(random.between(0, end))

const somePath = (random: Random) =>
  `${random.pick(FOLDERS)}/${random.pick(['', 'IMG_'])}${numberBelow(random, 40)}${random.pick(['.jpg', '.jpg', '.cr2', ''])}`.replace(
    /^\.\//,
    '',
  )

function someRecord(random: Random): ImageRecord {
  const path = somePath(random)
  const content = numberBelow(random, ROWS / 3)
  // Most copies have the same attributes.
  const ofContent = random.chance(0.8) ? createRandom(content) : random
  return {
    path,
    bytes: 1,
    createdAt: someTime(random),
    modifiedAt: someTime(random),
    inode: path,
    contentHash: `content ${content}`,
    width: 1 + numberBelow(random, 3),
    height: 1,
    contentType: path.endsWith('.cr2') ? 'image/x-dcraw' : 'image/jpeg',
    ...someAttributes(ofContent),
    vector: undefined,
  }
}

const someTime = (random: Random) => START + 1_000 * numberBelow(random, SPAN_S)

const someAttributes = (random: Random) => ({
  capturedAt: random.chance(0.8) ? someTime(random) : undefined,
  camera: random.pick(CAMERAS),
})

async function change(catalog: Catalog, random: Random): Promise<void> {
  const images = await all(catalog)
  const { path, contentHash, width, height, contentType } = random.pick(images)
  const to = somePath(random)
  const changes = [
    () => catalog.files.remove([path]),
    () => catalog.files.move(path, { path: to, inode: to, modifiedAt: someTime(random) }),
    () => catalog.images.upsert([someRecord(random)]),
    () => {
      const attributes = { width, height, contentType, ...someAttributes(random) }
      return catalog.images.setAttributes([{ contentHash, attributes }])
    },
  ]
  await random.pick(changes)()
}

async function all(catalog: Catalog): Promise<Image[]> {
  const page = { orderBy: 'name', descending: false, offset: 0, limit: 2 * ROWS } as const
  return (await catalog.images.list({ filter: {}, ...page })).images
}

async function compare(catalog: Catalog, random: Random): Promise<void> {
  const images = await all(catalog)
  for (let n = 0; n < FILTERS; n++) {
    const filter = someFilter(random, images)
    const expected = shownOf(images, filter)
    for (let k = 0; k < 2; k++) {
      const orderBy = random.pick(ORDERS)
      const descending = random.chance(0.5)
      const offset = random.pick([0, 0, numberBelow(random, 1.2 * expected.length)])
      const limit = random.pick([10, 50, 2 * ROWS])
      const query = { filter, orderBy, descending, offset, limit }
      const { images: listed, total } = await catalog.images.list(query)
      const sorted = expected.toSorted(
        (a, b) => (descending ? -1 : 1) * order(keyOf(a, orderBy), keyOf(b, orderBy)),
      )
      const page = sorted.slice(offset, offset + limit)
      const ids = (of: readonly Image[]) => of.map(({ id }) => id)
      expect({ query, total, ids: ids(listed) }).toEqual({ query, total: expected.length, ids: ids(page) })
    }
    const months = Map.groupBy(expected, (image) => new Date(takenAt(image)).toISOString().slice(0, 7))
    const timeline = await catalog.images.timeline(filter)
    expect({ filter, months: timeline.map(({ month, count }) => [month, count]) }).toEqual({
      filter,
      months: [...months]
        .map(([month, { length }]) => [month, length])
        .sort()
        .reverse(),
    })
  }
}

function someFilter(random: Random, images: readonly Image[]): ImageFilter {
  const time = () => someTime(random)
  const condition = (): AttributeCondition =>
    random.pick([
      { column: 'taken_at', operator: '>=', value: time() },
      { column: 'taken_at', operator: '<=', value: time() },
      { column: 'camera', operator: 'contains', value: random.pick(['camera', 'a A', 'ra b']) },
    ])
  const parts: (() => ImageFilter)[] = [
    () => ({ directory: random.pick(FOLDERS), recursive: random.chance(0.6) }),
    () => ({ conditions: random.chance(0.5) ? [condition()] : [condition(), condition()] }),
    () => ({ nameContains: random.pick(['1', '.cr2', 'img_']) }),
    () => ({ createdMin: time() }),
    () => ({ imageIds: images.filter(() => random.chance(0.7)).map(({ id }) => id) }),
  ]
  const some = () => Object.assign({}, ...parts.filter(() => random.chance(0.3)).map((part) => part()))
  const within = random.chance(0.2) ? { within: [some()] } : {}
  return { ...some(), ...within, fold: random.pick([...FOLD_LEVELS, 'shots', undefined]) }
}

/** The images that a filter shows: those that pass and that no other one which passes replaces. */
function shownOf(images: readonly Image[], { fold, ...filter }: ImageFilter): Image[] {
  const passing = images.filter((image) => passes(image, filter))
  if (fold === undefined) return passing
  const relations = [isCopy, isSameShot, isFrameBefore].slice(0, FOLD_LEVELS.indexOf(fold) + 1)
  return passing.filter(
    (image) =>
      !passing.some((other) => other !== image && relations.some((replaces) => replaces(other, image))),
  )
}

function passes(image: Image, filter: ImageFilter): boolean {
  const folder = image.path.includes('/') ? image.path.replace(/\/[^/]*$/, '') : '.'
  const { directory, recursive, nameContains, createdMin, imageIds, conditions = [], within = [] } = filter
  const isBelow = recursive && (directory === '.' || folder.startsWith(`${directory}/`))
  return (
    (directory === undefined || folder === directory || isBelow === true) &&
    (nameContains === undefined || image.name.toLowerCase().includes(nameContains)) &&
    (createdMin === undefined || image.createdAt >= createdMin) &&
    (imageIds === undefined || imageIds.includes(image.id)) &&
    conditions.every((condition) => meets(image, condition)) &&
    within.every((other) => passes(image, other))
  )
}

function meets(image: Image, condition: AttributeCondition): boolean {
  if (condition.operator === 'contains')
    return image.camera?.toLowerCase().includes(condition.value.toLowerCase()) === true
  const difference = takenAt(image) - condition.value
  return condition.operator === '>=' ? difference >= 0 : difference <= 0
}

const takenAt = (image: Image) => image.capturedAt ?? onLocalClock(image.modifiedAt)
const folderOf = ({ path }: Image) => path.slice(0, path.lastIndexOf('/') + 1)

function keyOf(image: Image, orderBy: (typeof ORDERS)[number]): [string | number, string] {
  const values = { capturedAt: takenAt(image), name: naturalKey(image.name), createdAt: image.createdAt }
  return [values[orderBy], image.id]
}

function order<T extends readonly (string | number)[]>(a: T, b: T): number {
  const place = a.findIndex((value, n) => value !== b[n])
  return place < 0 ? 0 : a[place]! < b[place]! ? -1 : 1
}

const precedes = (a: Image, b: Image) => {
  const rank = ({ contentType, path }: Image) => [contentType === 'image/x-dcraw' ? 1 : 0, path] as const
  return order(rank(a), rank(b)) < 0
}

const isCopy = (a: Image, b: Image) => a.contentHash === b.contentHash && precedes(a, b)

function isSameShot(a: Image, b: Image): boolean {
  const stem = ({ name }: Image) => name.toLowerCase().slice(0, name.lastIndexOf('.') + 1)
  const isSame = a.capturedAt !== undefined && a.capturedAt === b.capturedAt && folderOf(a) === folderOf(b)
  return isSame && stem(a) === stem(b) && stem(a) !== '' && precedes(a, b)
}

function isFrameBefore(a: Image, b: Image): boolean {
  if (a.capturedAt === undefined || b.capturedAt === undefined) return false
  const isSameCamera = a.camera !== undefined && a.camera === b.camera && folderOf(a) === folderOf(b)
  const gap = b.capturedAt - a.capturedAt
  return isSameCamera && gap >= 0 && gap <= 1_000 && (gap > 0 || precedes(a, b))
}
