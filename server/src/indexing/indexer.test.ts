import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { DomainError, isExternal } from '../errors.ts'
import { createEventBus } from '../events.ts'
import { localFiles } from '../gallery/gallery-files.ts'
import { createImageReader, type ImageReader } from '../gallery/image-reader.ts'
import { openThumbnailStore } from '../gallery/thumbnails.ts'
import { configFor, startApp } from '../testing/app.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { TIMINGS } from '../timings.ts'
import { createIndexer } from './indexer.ts'

const MEGABYTE = 1024 ** 2
const NAMES = ['a.png', 'b.png', 'c.png', 'd.png', 'e.png', 'f.png']

/** An indexer whose files are read by `readBy` instead of a real reader, which it may use. */
async function indexerOf(readBy: (reader: ImageReader) => ImageReader) {
  const root = await temporaryDirectory()
  for (const [n, name] of NAMES.entries()) await writeSettled(join(root, name), await picture(n))
  const { catalog, embedder } = await startApp(await configFor(root))
  const thumbnailDirectory = await temporaryDirectory()
  const walk = { recursive: true, excluded: [] }
  const limits = { maxPixels: 1e6, maxFileBytes: MEGABYTE }
  const size = [64, 64] as const
  const options = { root, walk, limits, inputSize: embedder.inputSize, thumbnailDirectory }
  const reader = createImageReader({ ...options, thumbnailSize: [...size] })
  onTestFinished(() => reader.close())
  const indexer = createIndexer({
    files: localFiles(root, walk),
    catalog,
    embedder,
    reader: readBy(reader),
    events: createEventBus(),
    thumbnails: openThumbnailStore(thumbnailDirectory, size),
    maxFileBytes: limits.maxFileBytes,
    batchSize: 16,
    isSearching: () => false,
    onError(_, error) {
      if (!isExternal(error)) throw error
    },
    onChanged: () => {},
    timings: { ...TIMINGS, settleMs: 10, unsettledMs: 100, growingMs: 200 },
  })
  return { catalog, indexer }
}

/** Indexes some files as if each had this size. @returns the maximum number of files that were read at once */
async function readAtOnce(bytes: number): Promise<number> {
  let reading = 0
  let most = 0
  const { catalog, indexer } = await indexerOf((reader) => ({
    ...reader,
    async read(request) {
      most = Math.max(most, ++reading)
      return reader.read(request).finally(() => reading--)
    },
  }))
  indexer.enqueue(NAMES.map((path) => ({ path, bytes, modifiedAt: 0 })))
  await indexer.idle()
  expect((await catalog.images.counts()).indexed).toBe(NAMES.length)
  await indexer.close()
  return most
}

it('reads many small files concurrently, large ones within the memory limit, and always at least one', async () => {
  expect(await readAtOnce(1000)).toBeGreaterThanOrEqual(3)
  expect(await readAtOnce(200 * MEGABYTE)).toBe(3)
  expect(await readAtOnce(2000 * MEGABYTE)).toBe(1)
})

it('ends the job of a file that is written to for long, counts as idle, and goes on trying without a job', async () => {
  let reads = 0
  const { indexer } = await indexerOf((reader) => ({
    ...reader,
    async read() {
      reads++
      return { state: 'unsettled' }
    },
  }))
  const growing = { path: 'a.png', bytes: 1, modifiedAt: 0 }
  expect(await indexer.index(growing)).toBe('unsettled')
  await indexer.idle()
  expect(reads).toBeGreaterThan(1)
  reads = 0
  indexer.enqueue([growing])
  await indexer.idle()
  expect(reads).toBeGreaterThan(1)
  await expect.poll(() => reads, { timeout: 30_000 }).toBeGreaterThan(20)
  expect(indexer.pending).toBe(1)
  await indexer.close()
})

it.each([
  ['gallery_unavailable', 0],
  ['image_unreadable', 1],
] as const)('a file is a failure only if it is to blame (%s)', async (code, failed) => {
  const { catalog, indexer } = await indexerOf((reader) => ({
    ...reader,
    async read() {
      throw new DomainError(code, 'It can’t be read.')
    },
  }))
  await indexer.index({ path: 'a.png', bytes: 1, modifiedAt: 0 })
  expect((await catalog.images.counts()).failed).toBe(failed)
  await indexer.close()
})

it('stores the others of a batch when the catalog refuses the values of one', async () => {
  const { catalog, indexer } = await indexerOf((reader) => ({
    ...reader,
    async read(request) {
      const file = await reader.read(request)
      // There is no date for this time, hence no month.
      if (request.path === 'c.png' && 'stat' in file) file.stat.modifiedAt = 1e17
      return file
    },
  }))
  indexer.enqueue(NAMES.map((path) => ({ path, bytes: 1, modifiedAt: 0 })))
  await indexer.idle()
  expect(await catalog.images.counts()).toMatchObject({ indexed: NAMES.length - 1, failed: 1 })
  const { failures } = await catalog.failures.list({ offset: 0, limit: 10 })
  expect(failures).toMatchObject([{ path: 'c.png', code: 'image_unreadable' }])
  expect(failures[0]!.reason).toContain('The catalog refuses a value of this file')
  await indexer.close()
})
