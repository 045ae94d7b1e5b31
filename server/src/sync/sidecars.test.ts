import { rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, vi } from 'vitest'
import type { App } from '../app/compose.ts'
import { DomainError } from '../errors.ts'
import { readSidecar } from '../gallery/sidecar.ts'
import { indexAccount } from '../http/index-account.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

function xmp(rating: number, title: string, ...keywords: string[]): string {
  const items = keywords.map((keyword) => `<rdf:li>${keyword}</rdf:li>`).join('')
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="${rating}">
      <dc:title><rdf:Alt><rdf:li xml:lang="x-default">${title}</rdf:li></rdf:Alt></dc:title>
      <dc:subject><rdf:Bag>${items}</rdf:Bag></dc:subject>
    </rdf:Description></rdf:RDF></x:xmpmeta>`
}

async function open(files: Record<string, Buffer | string>, config: Record<string, unknown> = {}) {
  const root = await temporaryDirectory()
  for (const [path, bytes] of Object.entries(files)) await writeSettled(join(root, path), Buffer.from(bytes))
  const app = await startApp(await configFor(root, config))
  await indexAll(app)
  return { root, app, at: async (path: string) => (await app.catalog.images.getByPath(path))! }
}

/** Attributes that the XMP file gave an image. */
const stated = async (app: App, path: string) => {
  const { title, rating, keywords } = (await app.catalog.images.getByPath(path))!
  return { title, rating, keywords }
}
const NOTHING = { title: undefined, rating: undefined, keywords: undefined }

describe('an XMP file beside an image', () => {
  it('is read with the image, also for one of two copies', async () => {
    const bytes = await picture(1)
    const { app } = await open({
      'a.png': bytes,
      'b.png': bytes,
      'a.xmp': xmp(4, 'Harbour', 'sea', 'evening'),
      'c.png': await picture(2),
      'c.xmp': xmp(1, 'Shared'),
      'c.png.xmp': xmp(5, 'Own'),
    })
    expect(await stated(app, 'a.png')).toEqual({ title: 'Harbour', rating: 4, keywords: 'sea\nevening' })
    expect(await stated(app, 'b.png')).toEqual(NOTHING)
    expect(await stated(app, 'c.png')).toEqual({ title: 'Own', rating: 5, keywords: undefined })
    const { left_out: leftOut } = await indexAccount(app.catalog, app.sync)
    expect(leftOut.map(({ rule, count }) => `${count} ${rule}`).sort()).toEqual([
      '1 not_an_image',
      '2 sidecar',
    ])
    const filter = { textContains: 'EVENING' }
    const found = { filter, orderBy: 'name' as const, descending: false, offset: 0, limit: 10 }
    expect((await app.catalog.images.list(found)).images.map(({ path }) => path)).toEqual(['a.png'])
  })

  it('is followed when it comes, changes, moves and goes, without embedding the image again', async () => {
    const { root, app, at } = await open({ 'a.png': await picture(1) })
    const before = await at('a.png')
    const embed = vi.spyOn(app.embedder, 'embed')
    const write = async (name: string, text: string) => {
      await writeFile(join(root, name), text)
      await indexAll(app)
    }
    await write('a.xmp', xmp(2, 'First'))
    expect(await stated(app, 'a.png')).toEqual({ title: 'First', rating: 2, keywords: undefined })
    await write('a.xmp', xmp(3, 'The second', 'word'))
    expect(await stated(app, 'a.png')).toEqual({ title: 'The second', rating: 3, keywords: 'word' })
    await write('a.xmp', 'no XMP')
    expect(await stated(app, 'a.png')).toEqual(NOTHING)
    await write('a.png.xmp', xmp(5, 'Third'))
    expect(await stated(app, 'a.png')).toMatchObject({ title: 'Third', rating: 5 })
    await rename(join(root, 'a.png.xmp'), join(root, 'elsewhere.xmp'))
    await rm(join(root, 'a.xmp'))
    await indexAll(app)
    expect(await stated(app, 'a.png')).toEqual(NOTHING)
    expect((await at('a.png')).id).toBe(before.id)
    expect(embed).not.toHaveBeenCalled()
    await writeSettled(join(root, 'b.png'), await picture(2))
    await indexAll(app)
    expect(embed).toHaveBeenCalledOnce()
  })

  it('corrects the capture time and the place, each as a whole', async () => {
    const exif = { DateTimeOriginal: '2020:05:04 12:30:00', SubSecTimeOriginal: '45' }
    const bytes = await sharp(await picture(1))
      .withExif({ IFD2: exif })
      .jpeg()
      .toBuffer()
    const { root, app, at } = await open({ 'a.jpg': bytes })
    const state = async (properties: string) => {
      await writeFile(
        join(root, 'a.xmp'),
        `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" ${properties}/></rdf:RDF></x:xmpmeta>`,
      )
      await indexAll(app)
      const { capturedAt, capturedOffset, latitude, longitude } = await at('a.jpg')
      return [new Date(capturedAt!).toISOString(), capturedOffset, latitude, longitude]
    }
    const place = 'exif:GPSLatitude="51,30N" exif:GPSLongitude="0,30E"'
    const corrected = 'exif:DateTimeOriginal="2020-06-04T10:30:00+02:00"'
    expect(await state(`${corrected} ${place}`)).toEqual(['2020-06-04T10:30:00.000Z', 120, 51.5, 0.5])
    expect((await app.catalog.images.timeline({})).map(({ month }) => month)).toEqual(['2020-06'])
    // The same second: the other format of the shot has its fraction, too.
    const same = 'exif:DateTimeOriginal="2020-05-04T12:30:00+02:00" exif:GPSLatitude="51,30N"'
    expect(await state(same)).toEqual(['2020-05-04T12:30:00.450Z', 120, undefined, undefined])
    const date = await state('exif:DateTimeOriginal="2020-05-04"')
    expect(date).toEqual(['2020-05-04T12:30:00.450Z', undefined, undefined, undefined])
    await rm(join(root, 'a.xmp'))
    await indexAll(app)
    expect(await at('a.jpg')).toMatchObject({ capturedAt: Date.UTC(2020, 4, 4, 12, 30, 0, 450) })
  })

  it('that the settings leave out states nothing, and the image is not indexed again by each scan', async () => {
    const files = { 'a.png': await picture(1), 'a.xmp': xmp(4, 'Harbour') }
    const { app } = await open(files, { 'watcher.ignore': ['**/*.xmp'] })
    expect(await stated(app, 'a.png')).toEqual(NOTHING)
    const enqueue = vi.spyOn(app.indexer, 'enqueue')
    await indexAll(app)
    expect(enqueue.mock.calls.flat(2)).toEqual([])
  })

  it('is followed beside a link to an image, too', async () => {
    const { root, app } = await open({ 'a/a.png': await picture(1) })
    await symlink('a/a.png', join(root, 'link.png'))
    await indexAll(app)
    expect(await stated(app, 'link.png')).toEqual(NOTHING)
    await writeFile(join(root, 'link.xmp'), xmp(3, 'Linked'))
    await indexAll(app)
    expect(await stated(app, 'link.png')).toMatchObject({ title: 'Linked', rating: 3 })
    expect(await stated(app, 'a/a.png')).toEqual(NOTHING)
  })

  it('that cannot be read counts as absent', async () => {
    const { root } = await open({ 'a.png': await picture(1), 'a.xmp': xmp(4, 'Harbour') })
    const read = (open: Parameters<typeof readSidecar>[2]) =>
      readSidecar('a.png', (path) => join(root, path), open)
    const denied = () => {
      throw new DomainError('permission_denied', 'The file may not be read.')
    }
    expect(read(denied)).toBeUndefined()
    const defect = () => {
      throw new TypeError('a defect')
    }
    expect(() => read(defect)).toThrow('a defect')
  })
})
