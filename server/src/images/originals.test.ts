import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Image } from '../catalog/catalog.ts'
import { openDirectories } from '../gallery/directories.ts'
import { openGalleryFile } from '../gallery/open-file.ts'
import { openRenditionStore } from '../gallery/rendition-store.ts'
import { openThumbnailStore } from '../gallery/thumbnails.ts'
import { hashOfBytes } from '../hashing.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { createOriginals } from './originals.ts'
import { createPreviews } from './previews.ts'
import { createRenditions } from './renditions.ts'

// No drive can be made to hang without rights of the system.
vi.mock('../gallery/open-file.ts', async (load) => {
  const real = await load<typeof import('../gallery/open-file.ts')>()
  return { openGalleryFile: vi.fn(real.openGalleryFile) }
})

vi.mock('../gallery/mount-table.ts', () => ({
  mountsOf: (path: string) => [{ path: path.includes('/mounted/') ? '/mounted' : '/', type: '', drive: '' }],
}))

const RENDERED = new Uint8Array([1])

async function openGallery(render: (bytes: Uint8Array, side: number) => Promise<Uint8Array>) {
  const [root, nas] = [await temporaryDirectory(), await temporaryDirectory()]
  onTestFinished(openDirectories(root, [{ name: 'NAS', path: nas }]))
  const bytes = await picture(1)
  for (let n = 0; n < 20; n++)
    await writeSettled(join(root, `${n}.png`), Buffer.concat([bytes, Buffer.from([n])]))
  const originals = createOriginals({
    root,
    limits: { maxFileBytes: 1e8 },
    walk: { recursive: true, excluded: [] },
  })
  const reader = { render, decode: () => Promise.reject(new Error('no thumbnail is lost')) }
  const renditions = openRenditionStore(await temporaryDirectory())
  const thumbnails = openThumbnailStore(await temporaryDirectory(), [64, 64])
  return {
    nas,
    ...createPreviews({ reader, thumbnails }, originals),
    ...createRenditions({ reader, renditions, isSearching: () => false }, originals),
  }
}

/** An image that is too large for a preview of its own bytes. */
const imageAt = (path: string): Image => ({
  id: path,
  path,
  directory: '.',
  name: path,
  bytes: 1,
  createdAt: 1,
  modifiedAt: 1,
  contentHash: hashOfBytes(Buffer.from(path)),
  embedder: undefined,
  width: 9000,
  height: 9000,
  contentType: 'image/png',
})

it.each(['NAS', 'mounted'])(
  'pictures of other drives are shown while one (%s) does not answer, which is refused after a minute',
  async (drive) => {
    const { preview, rendition } = await openGallery(async () => RENDERED)
    const answer = Promise.withResolvers<undefined>()
    onTestFinished(() => answer.resolve(undefined))
    const real = vi.mocked(openGalleryFile).getMockImplementation()!
    let asked = 0
    vi.mocked(openGalleryFile).mockImplementation((root, path, rules) => {
      if (!path.startsWith(drive)) return real(root, path, rules)
      asked++
      return answer.promise
    })
    onTestFinished(() => void vi.mocked(openGalleryFile).mockImplementation(real))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const waiting = Array.from({ length: 40 }, (_, n) =>
      n % 2 === 0 ? preview(imageAt(`${drive}/${n}.png`)) : rendition(imageAt(`${drive}/${n}.png`), 256),
    )
    const results = Promise.allSettled(waiting)
    await expect.poll(() => asked).toBe(4)
    expect(await rendition(imageAt('1.png'), 256)).toMatchObject({ bytes: RENDERED })
    expect(await preview(imageAt('2.png'))).toMatchObject({ bytes: RENDERED })
    const passing = setInterval(() => vi.advanceTimersByTime(10_000), 5)
    onTestFinished(() => clearInterval(passing))
    for (const result of await results)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'gallery_unavailable' } })
  },
)

it('few originals are in memory at once, and equal requests share one', async () => {
  let held = 0
  let most = 0
  let rendered = 0
  const go = Promise.withResolvers<void>()
  const { preview, rendition } = await openGallery(async () => {
    rendered++
    most = Math.max(most, ++held)
    await go.promise
    held--
    return RENDERED
  })
  const requests = Array.from({ length: 20 }, (_, n) => {
    const image = imageAt(`${n}.png`)
    return n % 2 === 0 ? [preview(image), preview(image)] : [rendition(image, 256), rendition(image, 256)]
  })
  // Half of them are tiles, half are large views.
  const places = 2 * Math.min(10, availableParallelism())
  await expect.poll(() => held).toBe(places)
  go.resolve()
  await Promise.all(requests.flat())
  expect(most).toBe(places)
  expect(rendered).toBe(20)
})

it('a large view does not wait for the tiles of a grid', async () => {
  const go = Promise.withResolvers<void>()
  onTestFinished(() => go.resolve())
  let drawn = 0
  const { preview, rendition } = await openGallery(async (_, side) => {
    if (side !== 256) return RENDERED
    drawn++
    await go.promise
    return RENDERED
  })
  const tiles = Array.from({ length: 19 }, (_, n) => rendition(imageAt(`${n}.png`), 256))
  await expect.poll(() => drawn).toBe(Math.min(19, availableParallelism()))
  expect(await preview(imageAt('19.png'))).toMatchObject({ bytes: RENDERED })
  go.resolve()
  await Promise.all(tiles)
})

it('an image is shown although the file of a copy of it is gone', async () => {
  const { preview, rendition } = await openGallery(async () => RENDERED)
  const kept = imageAt('0.png')
  const lost: Image = { ...kept, id: 'lost', path: 'lost.png', name: 'lost.png' }
  for (const show of [preview, (image: Image) => rendition(image, 256)]) {
    const [ofLost, ofKept] = await Promise.allSettled([show(lost), show(kept)])
    expect(ofLost).toMatchObject({ status: 'rejected', reason: { code: 'image_not_found' } })
    expect(ofKept).toMatchObject({ status: 'fulfilled' })
  }
})
