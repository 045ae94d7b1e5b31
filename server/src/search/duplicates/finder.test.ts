import sharp, { type Sharp } from 'sharp'
import { expect, it, onTestFinished } from 'vitest'
import type { ImageRecord } from '../../catalog/catalog.ts'
import { COLOUR_SPACE } from '../../catalog/spaces.ts'
import { openSqliteCatalogThread } from '../../catalog/sqlite/client.ts'
import { describePixels } from '../../gallery/metadata.ts'
import { imageRecord } from '../../testing/images.ts'
import { picture } from '../../testing/pictures.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { deleteAllUnused } from '../../testing/unused-contents.ts'
import { vectorNamed } from '../../testing/vectors.ts'
import { createDuplicateFinder, type Duplicates } from './finder.ts'

const DIMENSIONS = 16
const THRESHOLD = 0.99

const record = (path: string, contentHash: string, vector: Float32Array | undefined): ImageRecord =>
  imageRecord(0, { path, inode: path, contentHash, vector })

/** Turns a vector so little that it stays similar to the original, but not to one that is turned the other way. */
function turned(vector: Float32Array, by: number): Float32Array {
  const result = vector.slice()
  result[0]! += by
  const length = Math.hypot(...result)
  return result.map((value) => value / length)
}

const pathsOf = ({ groups }: Duplicates) => groups.map((group) => group.map(({ path }) => path).sort()).sort()

async function catalogOf(count: number) {
  const catalog = openSqliteCatalogThread({ directory: await temporaryDirectory(), savesIndex: false })
  onTestFinished(() => catalog.close())
  await catalog.spaces.activate({ embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS })
  const single = Array.from({ length: count }, (_, n) =>
    record(`${n}`, `${n}`, vectorNamed(`${n}`, DIMENSIONS)),
  )
  await catalog.images.upsert(single)
  return catalog
}

it('returns preliminary results while it compares, all at the end, and compares nothing twice', async () => {
  const catalog = await catalogOf(3000)
  await catalog.images.upsert([record('like 0', 'like 0', turned(vectorNamed('0', DIMENSIONS), 0.05))])
  await catalog.images.upsert([
    record('like 2999', 'like 2999', turned(vectorNamed('2999', DIMENSIONS), 0.05)),
  ])
  let compared = 0
  let first = Number.POSITIVE_INFINITY
  const counted = {
    ...catalog,
    vectors: {
      ...catalog.vectors,
      async similarPairs(after: number, threshold: number) {
        const part = await catalog.vectors.similarPairs(after, threshold)
        compared += part.compared.length
        first = Math.min(first, after)
        return part
      },
    },
  }
  const find = createDuplicateFinder({ catalog: counted, timeoutMs: 10 })
  const answers = [await find(THRESHOLD)]
  expect(answers[0]!.progress).toBeLessThan(0.9)
  while (answers.at(-1)!.progress < 1) {
    answers.push(await find(THRESHOLD))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const progress = answers.map((answer) => answer.progress)
  expect(progress).toEqual(progress.toSorted((a, b) => a - b))
  expect(pathsOf(answers.at(-1)!)).toEqual([
    ['0', 'like 0'],
    ['2999', 'like 2999'],
  ])
  expect(compared).toBe(3002)

  // Later comparisons cover new vectors, and the last thousand again.
  first = Number.POSITIVE_INFINITY
  await catalog.images.upsert([record('like 5', 'like 5', turned(vectorNamed('5', DIMENSIONS), 0.05))])
  await expect.poll(async () => pathsOf(await find(THRESHOLD))).toHaveLength(3)
  // They begin at a section, which is a little earlier.
  expect(first).toBeGreaterThan(1_500)
})

it('finds added images, and joins no groups by removed ones', async () => {
  const catalog = await catalogOf(50)
  const middle = vectorNamed('middle', DIMENSIONS)
  await catalog.images.upsert([
    record('left', 'left', turned(middle, 0.12)),
    record('middle', 'middle', middle),
    record('right', 'right', turned(middle, -0.12)),
  ])
  const find = createDuplicateFinder({ catalog })
  expect(await find(THRESHOLD)).toMatchObject({ progress: 1 })
  expect(pathsOf(await find(THRESHOLD))).toEqual([['left', 'middle', 'right']])

  await catalog.files.remove(['middle'])
  await deleteAllUnused(catalog)
  await catalog.images.upsert([record('new', 'new', turned(middle, 0.13)), record('copy', '7', undefined)])
  // A result is kept for two seconds.
  await expect
    .poll(async () => pathsOf(await find(THRESHOLD)))
    .toEqual([
      ['7', 'copy'],
      ['left', 'new'],
    ])
})

it('finds pairs that many removed images separated', async () => {
  const catalog = await catalogOf(50)
  const middle = vectorNamed('middle', DIMENSIONS)
  const many = Array.from({ length: 60 }, (_, n) =>
    record(`many-${n}`, `many-${n}`, turned(middle, n / 2000)),
  )
  await catalog.images.upsert(many)
  const find = createDuplicateFinder({ catalog })
  expect(pathsOf(await find(THRESHOLD))).toEqual([many.map(({ path }) => path).sort()])
  // Each image has eleven stored neighbours, and those are deleted.
  const left = ['many-0', 'many-30', 'many-59']
  await catalog.files.remove(many.map(({ path }) => path).filter((path) => !left.includes(path)))
  await deleteAllUnused(catalog)
  await expect.poll(async () => pathsOf(await find(THRESHOLD))).toEqual([left])
  // Later comparisons continue from there.
  await catalog.images.upsert([record('5 again', '5 again', turned(vectorNamed('5', DIMENSIONS), 0.05))])
  await expect.poll(async () => pathsOf(await find(THRESHOLD))).toEqual([['5', '5 again'], left])
})

const EDITS: Record<string, (image: Sharp) => Sharp> = {
  smaller: (image) => image.resize(70),
  compressed: (image) => image.jpeg({ quality: 30 }),
  darker: (image) => image.linear(0.8, 0),
  'in other colours': (image) => image.modulate({ hue: 40 }),
  mirrored: (image) => image.flop(),
  cropped: (image) => image.extract({ left: 7, top: 5, width: 126, height: 90 }),
}

async function described(path: string, image: Sharp, vector: Float32Array): Promise<ImageRecord> {
  const { data, info } = await sharp(await image.png().toBuffer())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const pixels = { data: new Uint8Array(data), width: info.width, height: info.height }
  return { ...record(path, path, vector), ...describePixels(pixels) }
}

it('joins edited copies of a drawing, and no different drawings of the same kind', async () => {
  const catalog = openSqliteCatalogThread({ directory: await temporaryDirectory(), savesIndex: false })
  onTestFinished(() => catalog.close())
  await catalog.spaces.activate({
    embedder: 'test',
    fingerprint: '1',
    dimensions: DIMENSIONS,
    further: [COLOUR_SPACE],
  })
  // All images have the same vector.
  const same = vectorNamed('a thing', DIMENSIONS)
  const vectors = Array.from({ length: 30 }, (_, n) => turned(same, n / 1000))
  const next = () => vectors.pop()!
  for (let n = 0; n < 16; n += 2)
    await catalog.images.upsert([await described(`drawing ${n}`, sharp(await picture(n)), next())])
  const names = Object.keys(EDITS)
  for (const name of names)
    await catalog.images.upsert([await described(name, EDITS[name]!(sharp(await picture(4))), next())])
  const find = createDuplicateFinder({ catalog })
  await expect.poll(async () => pathsOf(await find(THRESHOLD))).toEqual([[...names, 'drawing 4'].sort()])
})
