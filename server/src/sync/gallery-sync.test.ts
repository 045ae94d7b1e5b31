import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import {
  appendFile,
  chmod,
  copyFile,
  cp,
  link,
  mkdir,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import sharp from 'sharp'
import { describe, expect, it, vi } from 'vitest'
import type { AppOptions } from '../app/compose.ts'
import { openEmbedder } from '../embedding/open-embedder.ts'
import { hashOfFile } from '../hashing.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { imageRecord } from '../testing/images.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { BY_NAME, galleryOf, itFindsChangesFromBefore, pathsIn, recordEvents } from '../testing/synced.ts'
import { eventually, temporaryDirectory } from '../testing/temporary.ts'

const isRoot = process.getuid?.() === 0

describe('scanning', () => {
  it('indexes existing files, recursively or not', async () => {
    const root = await galleryOf('a.png', 'x/b.png', 'x/y/c.png')
    const recursive = await startApp(await configFor(root))
    await indexAll(recursive)
    expect(await pathsIn(recursive)).toEqual(['a.png', 'x/b.png', 'x/y/c.png'])
    const flat = await startApp(await configFor(root, { 'watcher.watch_recursive': false }))
    await indexAll(flat)
    expect(await pathsIn(flat)).toEqual(['a.png'])
  })

  it('keeps its safeguards where the data directory holds the gallery', async () => {
    const data = await temporaryDirectory()
    const root = join(data, 'photos')
    for (let n = 0; n < 120; n++) await writeSettled(join(root, `${n}.png`), await picture(n))
    // Deleting takes a while, and no file may be removed from the index before all are gone.
    const timings = { missingGraceMs: 60_000 }
    const app = await startApp(await configFor(root, { data_directory: data }), { timings })
    await app.sync.startWatching()
    await indexAll(app)
    await writeSettled(join(root, 'new.png'), await picture(121))
    await eventually(async () => expect(await pathsIn(app)).toHaveLength(121))
    for (let n = 0; n < 120; n++) await unlink(join(root, `${n}.png`))
    await app.sync.scan()
    expect(app.sync.massRemoval).toMatchObject({ missing: 120, known: 121 })
    expect(await pathsIn(app)).toHaveLength(121)
  })

  it('refuses to keep its thumbnails among the images', async () => {
    const root = await galleryOf('a.png')
    const config = await configFor(root, { 'thumbnail.thumbnail_directory': root })
    await expect(startApp(config)).rejects.toThrow(/thumbnail_directory is the gallery itself/)
  })

  it('excludes files that match watcher.ignore, also indexed ones', async () => {
    const root = await galleryOf('a.png', 'b.PNG', 'drafts/c.png', 'x/Drafts/d.png', 'x/e.jpg')
    const before = await startApp(await configFor(root))
    await indexAll(before)
    expect(await pathsIn(before)).toHaveLength(5)
    await before.close()
    const app = await startApp(await configFor(root, { 'watcher.ignore': ['**/drafts', 'b.*', '**/*.jpg'] }))
    await app.sync.startWatching()
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(['a.png'])
    await writeSettled(join(root, 'drafts/new.png'), await picture(8))
    await writeSettled(join(root, 'x/f.JPG'), await picture(9))
    await writeSettled(join(root, 'x/g.png'), await picture(10))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'x/g.png']))
  })

  it('changes nothing and embeds nothing the second time', async () => {
    const root = await galleryOf('a.png', 'b.png')
    await writeSettled(join(root, 'broken.png'), 'not an image')
    const config = await configFor(root)
    const first = await startApp(config)
    await indexAll(first)
    const before = await first.catalog.images.list(BY_NAME)
    await first.close()

    const second = await startApp(config)
    const events = recordEvents(second)
    let indexed = 0
    second.events.on('imagesIndexed', ({ count }) => {
      indexed += count
    })
    await indexAll(second)
    expect(indexed).toBe(0)
    expect(events).toEqual([])
    expect(await second.catalog.images.list(BY_NAME)).toEqual(before)
    expect(await second.catalog.images.counts()).toMatchObject({ indexed: 2, failed: 1 })
  })

  itFindsChangesFromBefore('few files', 0)

  it('is retried soon after an error of the catalog', async () => {
    const root = await galleryOf('a.png', 'x/b.png')
    const app = await startApp(await configFor(root))
    await app.sync.startWatching()
    vi.spyOn(app.catalog.files, 'inFolder').mockRejectedValueOnce(new Error('the connection was lost'))
    await expect(app.sync.scan()).rejects.toThrow('the connection was lost')
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'x/b.png']))
    expect(app.sync.lastScan).toBeDefined()
  })

  it('is repeated with its reason in the log when more folders change meanwhile than can be listed', async () => {
    const root = await galleryOf('a.png', 'b.png')
    const lines: string[] = []
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) })
    const app = await startApp(await configFor(root), { log })
    await app.sync.startWatching()
    await indexAll(app)
    await unlink(join(root, 'b.png'))
    app.sync.recheck(Array.from({ length: 2_001 }, (_, n) => `${n}/c.png`))
    const reason = `The scan of ${root} is unreliable (too many changes) and will be repeated.`
    await expect(app.sync.scan()).rejects.toThrow(reason)
    expect(lines.join('')).toContain(reason)
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png']))
  })

  it.skipIf(isRoot)(
    'continues with other folders when one becomes unreadable (skipped for root, who may read all)',
    async () => {
      const root = await galleryOf('a.png', 'x/deep/b.png')
      const app = await startApp(await configFor(root))
      await app.sync.startWatching()
      await indexAll(app)
      await chmod(join(root, 'x'), 0o600)
      app.sync.recheck(['x/deep/b.png', 'x/deep'])
      await writeSettled(join(root, 'c.png'), await picture(5))
      app.sync.recheck(['c.png'])
      await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'c.png', 'x/deep/b.png']))
      await app.sync.scan()
      expect(await pathsIn(app)).toEqual(['a.png', 'c.png', 'x/deep/b.png'])
      await chmod(join(root, 'x'), 0o700)
    },
  )

  it('records files that cannot be indexed and continues', async () => {
    const root = await galleryOf('good.png')
    const whole = await picture(1, 'jpeg')
    await writeSettled(join(root, 'truncated.jpg'), whole.subarray(0, whole.length / 2))
    await writeSettled(join(root, 'empty.png'), '')
    await writeSettled(join(root, 'page.jpg'), '<html></html>')
    await writeSettled(join(root, 'lies.jpg'), await picture(3, 'png'))
    const app = await startApp(await configFor(root))
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(['good.png', 'lies.jpg'])
    expect((await app.catalog.images.getByPath('lies.jpg'))?.contentType).toBe('image/png')
    const { failures } = await app.catalog.failures.list({ offset: 0, limit: 10 })
    expect(failures.map(({ path, code }) => [path, code])).toEqual([
      ['empty.png', 'image_unreadable'],
      ['page.jpg', 'image_unreadable'],
      ['truncated.jpg', 'image_unreadable'],
    ])
    expect(failures.every(({ reason }) => reason.length > 10 && !reason.includes(root))).toBe(true)
  })

  it('refuses files over the limits without reading them', async () => {
    const root = await galleryOf('a.png')
    const bytes = await picture(2)
    await writeSettled(join(root, 'big.png'), Buffer.concat([bytes, Buffer.alloc(5000)]))
    const app = await startApp(await configFor(root, { 'limits.max_file_bytes': 4000 }))
    await indexAll(app)
    const { failures } = await app.catalog.failures.list({ offset: 0, limit: 10 })
    expect(failures).toEqual([expect.objectContaining({ path: 'big.png', code: 'image_too_large' })])
  })

  it.skipIf(isRoot)(
    'records a file that may not be read (skipped for root, who may read everything)',
    async () => {
      const root = await galleryOf('a.png', 'secret.png')
      await chmod(join(root, 'secret.png'), 0)
      const app = await startApp(await configFor(root))
      await indexAll(app)
      const { failures } = await app.catalog.failures.list({ offset: 0, limit: 10 })
      expect(failures[0]).toMatchObject({ path: 'secret.png', reason: /permission/ })
    },
  )

  it.skipIf(isRoot)(
    'keeps the images of files that may no longer be read, and their ids (skipped for root, who may read everything)',
    async () => {
      const root = await galleryOf('a.png', 'b.png')
      const app = await startApp(await configFor(root))
      await indexAll(app)
      const ids = async () => (await app.catalog.images.list(BY_NAME)).images.map(({ id }) => id)
      const before = await ids()
      await chmod(join(root, 'a.png'), 0)
      await indexAll(app)
      expect(await app.catalog.images.counts()).toMatchObject({ indexed: 2, unembedded: 0, failed: 1 })
      await chmod(join(root, 'a.png'), 0o644)
      await indexAll(app)
      expect(await app.catalog.images.counts()).toMatchObject({ indexed: 2, unembedded: 0, failed: 0 })
      expect(await ids()).toEqual(before)
    },
  )

  it('lets copies share one vector and embeds them once', async () => {
    const root = await galleryOf('a.png')
    await mkdir(join(root, 'copies'))
    for (const name of ['b.png', 'c.png']) await writeSettled(join(root, 'copies', name), await picture(0))
    const app = await startApp(await configFor(root))
    await indexAll(app)
    expect(await app.catalog.images.counts()).toMatchObject({ indexed: 3 })
    expect(await app.catalog.images.duplicateHashes()).toHaveLength(1)
  })

  it('keeps everything when the gallery itself is missing', async () => {
    const root = await galleryOf('g/a.png')
    const app = await startApp(await configFor(join(root, 'g')))
    await indexAll(app)
    await rename(join(root, 'g'), join(root, 'elsewhere'))
    await expect(app.sync.scan()).rejects.toMatchObject({ code: 'directory_not_found' })
    expect(await pathsIn(app)).toEqual(['a.png'])
  })

  it('keeps everything when the gallery is suddenly empty, as when its drive is not mounted', async () => {
    const root = await galleryOf('a.png', 'x/b.png')
    const config = await configFor(root)
    const app = await startApp(config)
    await indexAll(app)
    const away = join(await temporaryDirectory(), 'away')
    await rename(root, away)
    await mkdir(root)
    await app.sync.scan()
    expect(app.sync.massRemoval).toEqual({ missing: 2, known: 2, places: ['.'] })
    expect(await pathsIn(app)).toEqual(['a.png', 'x/b.png'])
    await rm(root, { recursive: true })
    await rename(away, root)
    await indexAll(app)
    expect(app.sync.massRemoval).toBeUndefined()
    expect(await pathsIn(app)).toEqual(['a.png', 'x/b.png'])
  })

  it('keeps everything when more than half of many files disappear, until the removal is confirmed', async () => {
    const paths = Array.from({ length: 130 }, (_, n) => `${n < 120 ? 'drive' : 'here'}/${n}.png`)
    const root = await galleryOf(...paths)
    const app = await startApp(await configFor(root))
    await indexAll(app)
    await app.sync.startWatching()
    // The files disappear at once, however long deleting them takes.
    const takeDriveAway = async () => {
      const away = join(await temporaryDirectory(), 'drive')
      await rename(join(root, 'drive'), away)
      return away
    }
    const away = await takeDriveAway()
    await expect.poll(() => app.sync.massRemoval).toEqual({ missing: 120, known: 130, places: [] })
    await app.sync.scan()
    expect(await pathsIn(app)).toHaveLength(130)
    const status = (await (await app.http.request('/api/index/status')).json()) as { absence: unknown }
    expect(status.absence).toEqual({ missing: 120, known: 130, places: [] })

    // When they are back, they are noticed without a request.
    await cp(away, join(root, 'drive'), { recursive: true, preserveTimestamps: true })
    await expect.poll(() => app.sync.massRemoval).toBeUndefined()
    await takeDriveAway()
    await expect.poll(() => app.sync.massRemoval).toEqual({ missing: 120, known: 130, places: [] })

    // Single changes are still applied, and do not hide that the other files are missing.
    await unlink(join(root, 'here/120.png'))
    await eventually(async () => expect(await pathsIn(app)).toHaveLength(129))
    expect(app.sync.massRemoval).toBeDefined()

    const confirmed = await app.http.request('/api/index/reconcile?accept_missing=true', { method: 'POST' })
    expect(confirmed.status).toBe(200)
    expect(app.sync.massRemoval).toBeUndefined()
    expect(await pathsIn(app)).toHaveLength(9)
  })

  it('removes files that the configuration excludes without a confirmation', async () => {
    const paths = Array.from({ length: 110 }, (_, n) => `below/${n}.png`)
    const root = await galleryOf('a.png', ...paths)
    const config = await configFor(root)
    const first = await startApp(config)
    await indexAll(first)
    await first.close()
    const watcher = { ...config.watcher, ignore: ['below'] }
    const second = await startApp({ ...config, watcher })
    await indexAll(second)
    expect(second.sync.massRemoval).toBeUndefined()
    expect(await pathsIn(second)).toEqual(['a.png'])
  })

  it('keeps the row of a file that was copied to another drive and back while the server was down', async () => {
    const root = await galleryOf('old/a.png', 'old/b.png', 'c.png')
    const config = await configFor(root)
    const first = await startApp(config)
    await indexAll(first)
    const before = (await first.catalog.images.list(BY_NAME)).images
    await first.close()
    const elsewhere = join(await temporaryDirectory(), 'copy')
    // Copies: new inodes and, without the times, new times.
    await cp(join(root, 'old'), elsewhere, { recursive: true })
    await rm(join(root, 'old'), { recursive: true })
    await cp(elsewhere, join(root, 'new/place'), { recursive: true })
    await rename(join(root, 'new/place/a.png'), join(root, 'new/place/renamed.png'))

    const second = await startApp(config)
    const events = recordEvents(second)
    let embedded = 0
    second.events.on('imagesIndexed', ({ count }) => {
      embedded += count
    })
    await indexAll(second)
    const after = (await second.catalog.images.list(BY_NAME)).images
    const idOf = (images: typeof before, path: string) => images.find((image) => image.path === path)?.id
    expect(after.map(({ path }) => path).sort()).toEqual([
      'c.png',
      'new/place/b.png',
      'new/place/renamed.png',
    ])
    expect(idOf(after, 'new/place/b.png')).toBe(idOf(before, 'old/b.png'))
    expect(idOf(after, 'new/place/renamed.png')).toBe(idOf(before, 'old/a.png'))
    expect(events).toEqual(['fileMoved', 'fileMoved'])
    expect(embedded).toBe(0)
  })

  it('notices files of equal size and time that change places', async () => {
    const root = await galleryOf()
    const plain = (value: number) =>
      sharp(Buffer.alloc(48, value), { raw: { width: 4, height: 4, channels: 3 } })
    for (const [name, value] of [
      ['a.png', 10],
      ['b.png', 200],
    ] as const) {
      await writeSettled(join(root, name), await plain(value).png({ compressionLevel: 0 }).toBuffer())
    }
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const before = await app.catalog.images.getByPath('a.png')
    await rename(join(root, 'a.png'), join(root, 'c.png'))
    await rename(join(root, 'b.png'), join(root, 'a.png'))
    await rename(join(root, 'c.png'), join(root, 'b.png'))
    await indexAll(app)
    expect((await app.catalog.images.getByPath('b.png'))?.contentHash).toBe(before!.contentHash)
    expect((await app.catalog.images.getByPath('a.png'))?.contentHash).not.toBe(before!.contentHash)
  })

  it('follows an image without the name of one that changes places with a text, and reports no failure', async () => {
    const root = await galleryOf()
    const [image, text] = [join(root, 'a/film.mov'), join(root, 'b/notes')]
    await writeSettled(image, await picture(1))
    await writeSettled(text, 'text 12345')
    const app = await startApp(await configFor(root))
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(['a/film.mov'])
    await rename(image, `${image}-aside`)
    await rename(text, image)
    await rename(`${image}-aside`, text)
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(['b/notes'])
    expect((await app.catalog.failures.list({ offset: 0, limit: 9 })).total).toBe(0)
  })

  it('does not blame a file for a disk that is full', async () => {
    const root = await galleryOf('a.png')
    const thumbnails = join(await temporaryDirectory(), 'thumbnails')
    await writeFile(thumbnails, 'a file where a folder should be: nothing can be written')
    const config = await configFor(root, { 'thumbnail.thumbnail_directory': thumbnails })
    const app = await startApp(config)
    await app.sync.scan()
    await expect(app.untilIdle()).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect(await app.catalog.images.counts()).toMatchObject({ indexed: 0, failed: 0 })
    expect(app.indexer.progress()).toMatchObject({ failed: 0, pending: 1 })
    await unlink(thumbnails)
    await app.untilIdle()
    expect(await app.catalog.images.counts()).toMatchObject({ indexed: 1, failed: 0 })
  })

  it('follows no symbolic link that takes the place of a folder', async () => {
    const root = await galleryOf('a.png', 'sub/b.png')
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const outside = join(await temporaryDirectory(), 'sub')
    await rename(join(root, 'sub'), outside)
    await symlink(outside, join(root, 'sub'))
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(['a.png'])
  })

  it('indexes the targets of links, and removes a link without a target', async () => {
    const root = await galleryOf('photos/a.png', 'photos/deep/b.png')
    await mkdir(join(root, 'album'))
    await symlink('../photos', join(root, 'album/all'))
    await symlink('../photos/a.png', join(root, 'album/best.png'))
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const all = [
      'album/all/a.png',
      'album/all/deep/b.png',
      'album/best.png',
      'photos/a.png',
      'photos/deep/b.png',
    ]
    expect(await pathsIn(app)).toEqual(all)
    // Nothing is indexed twice, and everything can be opened.
    expect(await app.catalog.images.duplicateHashes()).toHaveLength(2)
    const events = recordEvents(app)
    await indexAll(app)
    expect(events).toEqual([])
    for (const path of all) {
      const { id } = (await app.catalog.images.getByPath(path))!
      expect((await app.http.request(`/api/images/${id}/view`)).status).toBe(200)
    }
    const best = (await app.catalog.images.getByPath('album/best.png'))!
    expect((await app.http.request(`/api/images/${best.id}`, { method: 'DELETE' })).status).toBe(200)
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(all.filter((path) => path !== 'album/best.png'))
  })

  it('records entries with the name of an image that are no files', async () => {
    const root = await galleryOf('a.png', 'becomes.png', 'folder.png')
    execFileSync('mkfifo', [join(root, 'pipe.jpg')])
    await symlink('/etc/hosts', join(root, 'out.jpg'))
    await symlink('nowhere', join(root, 'broken.jpg'))
    await writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xe9]), Buffer.from('.png')]), 'x')
    const app = await startApp(await configFor(root))
    await indexAll(app)
    await unlink(join(root, 'becomes.png'))
    execFileSync('mkfifo', [join(root, 'becomes.png')])
    await unlink(join(root, 'folder.png'))
    await mkdir(join(root, 'folder.png'))
    await writeSettled(join(root, 'folder.png/b.png'), await picture(9))
    const events = recordEvents(app)
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(['a.png', 'folder.png/b.png'])
    expect(events.sort()).toEqual(['fileCreated', 'fileDeleted', 'fileDeleted'])
    const { failures } = await app.catalog.failures.list({ offset: 0, limit: 10 })
    expect(Object.fromEntries(failures.map(({ path, reason }) => [path, reason]))).toEqual({
      'becomes.png': expect.stringMatching(/named pipe/),
      'broken.jpg': expect.stringMatching(/leads nowhere/),
      'out.jpg': expect.stringMatching(/out of the gallery/),
      'pipe.jpg': expect.stringMatching(/named pipe/),
      '\ufffd\u{e0169}.png': expect.stringMatching(/not an image/),
    })
  })

  it('stores the hash of a failed file', async () => {
    const root = await galleryOf('a.png')
    await writeSettled(join(root, 'broken.png'), 'no image')
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const known = await app.catalog.files.inFolder('.')
    expect(known.find(({ path }) => path === 'broken.png')?.contentHash).toBe(
      await hashOfFile(join(root, 'broken.png')),
    )
  })

  it('removes vector and thumbnail of replaced content', async () => {
    const root = await galleryOf('a.png')
    const config = await configFor(root)
    const app = await startApp(config)
    await indexAll(app)
    const before = (await app.catalog.images.getByPath('a.png'))!
    await writeSettled(join(root, 'a.png'), await picture(5), new Date('2022-01-01'))
    await indexAll(app)
    const thumbnails = await readdir(config.thumbnail.thumbnail_directory, { recursive: true })
    expect(thumbnails.filter((name) => name.endsWith('.webp'))).toHaveLength(1)
    expect(thumbnails.join()).not.toContain(before.contentHash)
    expect(await app.catalog.images.unknownContents([before.contentHash])).toEqual([before.contentHash])
  })

  it('keeps the id of a file that fails for a while, and tries it again when asked', async () => {
    const root = await galleryOf('a.png')
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const { id } = (await app.catalog.images.getByPath('a.png'))!
    await app.catalog.collections.star('anna', [id], true)
    const whole = await picture(5)
    await writeSettled(join(root, 'a.png'), whole.subarray(0, 60), new Date('2022-01-01'))
    await indexAll(app)
    expect(await app.catalog.images.counts()).toMatchObject({ indexed: 0, failed: 1 })
    expect(await app.catalog.failures.clear()).toBe(1)
    await indexAll(app)
    expect(await app.catalog.files.at(['a.png'])).toMatchObject([{ bytes: 60, state: 'failed' }])
    await writeSettled(join(root, 'a.png'), whole, new Date('2022-01-02'))
    await indexAll(app)
    expect(await app.catalog.images.getByPath('a.png')).toMatchObject({ id })
    expect(await app.catalog.collections.starred('anna', [id])).toEqual([id])
    expect(await app.catalog.images.counts()).toMatchObject({ indexed: 1, failed: 0 })
  })

  it('removes the content that a moved file has replaced, without a look at all others', async () => {
    const root = await galleryOf('a.png', 'b.png')
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const { id, contentHash } = (await app.catalog.images.getByPath('a.png'))!
    const all = vi.spyOn(app.catalog.vectors, 'deleteUnusedAfter')
    await rename(join(root, 'a.png'), join(root, 'new.png'))
    const { move } = app.catalog.files
    vi.spyOn(app.catalog.files, 'move').mockImplementationOnce(async (from, to) => {
      // Another process has stored what was at the new path a moment ago.
      const earlier = imageRecord(1, { ...to, contentHash: 'earlier', vector: undefined })
      const [known] = await app.catalog.vectors.get([id])
      await app.catalog.images.upsert([{ ...earlier, vector: known!.vector }])
      expect(await app.catalog.vectors.embeddedContents(['earlier'])).toEqual(['earlier'])
      return move(from, to)
    })
    await indexAll(app)
    expect(await app.catalog.images.getByPath('new.png')).toMatchObject({ id, contentHash })
    expect(await pathsIn(app)).toEqual(['b.png', 'new.png'])
    expect(await app.catalog.vectors.embeddedContents(['earlier', contentHash])).toEqual([contentHash])
    expect(all).not.toHaveBeenCalled()
  })

  it('removes vectors that a crash left behind at the first scan', async () => {
    const root = await galleryOf('a.png')
    const config = await configFor(root)
    const first = await startApp(config)
    await indexAll(first)
    const { id } = (await first.catalog.images.getByPath('a.png'))!
    const [known] = await first.catalog.vectors.get([id])
    await first.catalog.images.upsert([imageRecord(1, { contentHash: 'left', vector: known!.vector })])
    await first.catalog.files.remove(['1.jpg'])
    await first.close()
    const second = await startApp(config)
    await indexAll(second)
    expect(await second.catalog.vectors.embeddedContents(['left', known!.contentHash])).toEqual([
      known!.contentHash,
    ])
  })

  it('removes thumbnails that a crash left behind', async () => {
    const root = await galleryOf('a.png')
    const config = await configFor(root)
    const first = await startApp(config)
    await indexAll(first)
    const { contentHash } = (await first.catalog.images.getByPath('a.png'))!
    await first.close()
    const folder = join(config.thumbnail.thumbnail_directory, '128x128')
    await writeSettled(join(folder, 'ab', `${'ab'.repeat(32)}.webp`), 'of an image that was never stored')
    await writeSettled(join(folder, 'ab', `${'ab'.repeat(32)}.webp.1.0.0.tmp`), 'half')
    await writeFile(join(folder, 'ab', `${'cd'.repeat(32)}.webp`), 'may be about to be stored')
    const second = await startApp(config)
    await indexAll(second)
    await second.sync.scan()
    const left = (await readdir(folder, { recursive: true })).filter((name) => name.includes('.webp'))
    expect(new Set(left.map((name) => name.slice(3)))).toEqual(
      new Set([`${contentHash}.webp`, `${'cd'.repeat(32)}.webp`]),
    )
  })

  it('excludes its own data when gallery and data are reached by a symbolic link', async () => {
    const real = await galleryOf('a.png')
    const link = join(await temporaryDirectory(), 'link')
    await symlink(real, link)
    const app = await startApp(await configFor(link, { data_directory: join(link, 'data') }))
    await indexAll(app)
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(['a.png'])
  })

  it('accepts a gallery that is a symbolic link, and watches its target', async () => {
    const real = await galleryOf('a.png')
    const link = join(await temporaryDirectory(), 'link')
    await symlink(real, link)
    const app = await startApp(await configFor(link))
    await app.sync.startWatching()
    await indexAll(app)
    expect(app.sync.watching).toBe('native')
    await writeFile(join(real, 'b.png'), await picture(2))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'b.png']))
  })

  it('excludes its own data inside the gallery', async () => {
    const root = await galleryOf('a.png')
    const app = await startApp(
      await configFor(root, {
        data_directory: join(root, 'data'),
        'thumbnail.thumbnail_directory': join(root, 'thumbs'),
      }),
    )
    await indexAll(app)
    await app.sync.scan()
    expect(await pathsIn(app)).toEqual(['a.png'])
  })
})

describe('watching', () => {
  async function watched(...paths: string[]) {
    return watchedWith({}, ...paths)
  }
  async function watchedWith(options: Partial<AppOptions>, ...paths: string[]) {
    const root = await galleryOf(...paths)
    const app = await startApp(await configFor(root), options)
    await app.sync.startWatching()
    await indexAll(app)
    expect(app.sync.watching).toBe('native')
    return { root, app }
  }
  it('finds a new, a changed, a renamed and a deleted file within three seconds', async () => {
    const { root, app } = await watched('a.png', 'b.png')
    const begin = performance.now()
    await indexAll(app)
    // On a busy machine, the limit grows with the time of the first scan.
    const withinMs = Math.max(3000, 50 * (performance.now() - begin))
    const events = recordEvents(app)
    const renamed = await app.catalog.images.getByPath('b.png')

    await writeFile(join(root, 'new.png'), await picture(50))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'b.png', 'new.png']), withinMs)

    const before = await app.catalog.images.getByPath('a.png')
    // At once: on a busy machine, a file that is emptied first and written later counts as damaged meanwhile.
    writeFileSync(join(root, 'a.png'), await picture(51))
    await eventually(
      async () =>
        expect((await app.catalog.images.getByPath('a.png'))?.contentHash).not.toBe(before!.contentHash),
      withinMs,
    )

    await rename(join(root, 'b.png'), join(root, 'c.png'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'c.png', 'new.png']), withinMs)
    expect((await app.catalog.images.getByPath('c.png'))?.id).toBe(renamed!.id)

    await unlink(join(root, 'new.png'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'c.png']), withinMs)
    expect(events).toEqual(['fileCreated', 'fileModified', 'fileMoved', 'fileDeleted'])
  })

  it('follows folders that are added, moved and removed as a whole', async () => {
    const { root, app } = await watched('a.png')
    const outside = await galleryOf('in/1.png', 'in/deep/2.png')
    await rename(join(outside, 'in'), join(root, 'in'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'in/1.png', 'in/deep/2.png']))
    const id = (await app.catalog.images.getByPath('in/deep/2.png'))!.id
    await rename(join(root, 'in'), join(root, 'out'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'out/1.png', 'out/deep/2.png']))
    expect((await app.catalog.images.getByPath('out/deep/2.png'))!.id).toBe(id)
    await rm(join(root, 'out'), { recursive: true })
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png']))
    expect([...app.sync.folders.keys()]).toEqual(['.'])
  })

  it('treats a copy whose original is deleted later as a move', async () => {
    const { root, app } = await watched('a.png', 'b.png')
    const before = await app.catalog.images.getByPath('b.png')
    await mkdir(join(root, 'sub'))
    await copyFile(join(root, 'b.png'), join(root, 'sub/other.png'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'b.png', 'sub/other.png']))
    expect((await app.catalog.images.getByPath('sub/other.png'))!.id).not.toBe(before!.id)
    const events = recordEvents(app)
    await unlink(join(root, 'b.png'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'sub/other.png']))
    expect((await app.catalog.images.getByPath('sub/other.png'))!.id).toBe(before!.id)
    expect(events).toEqual(['fileMoved'])
  })

  it('indexes a file that is written slowly once, when it is complete', async () => {
    // The next part comes long before a file counts as complete, also on a busy machine.
    const { root, app } = await watchedWith({ timings: { settleMs: 3_000 } }, 'a.png')
    const events = recordEvents(app)
    const bytes = await picture(60)
    const file = join(root, 'slow.png')
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 6)) {
      await appendFile(file, bytes.subarray(at, at + Math.ceil(bytes.length / 6)))
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'slow.png']))
    expect((await app.catalog.images.counts()).failed).toBe(0)
    expect(events).toEqual(['fileCreated'])
    expect((await app.catalog.images.getByPath('slow.png'))?.bytes).toBe((await stat(file)).size)
  })

  it('follows files below a folder that was moved more than once', async () => {
    const { root, app } = await watched('a/deep/1.png')
    await rename(join(root, 'a'), join(root, 'b'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['b/deep/1.png']))
    await mkdir(join(root, 'c'))
    await rename(join(root, 'b'), join(root, 'c/b'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['c/b/deep/1.png']))
    await writeFile(join(root, 'c/b/deep/2.png'), await picture(2))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['c/b/deep/1.png', 'c/b/deep/2.png']))
  })

  it('follows changes behind a link', async () => {
    const { root, app } = await watched('photos/a.png')
    await symlink('photos', join(root, 'link'))
    await symlink('photos/a.png', join(root, 'best.png'))
    await eventually(async () =>
      expect(await pathsIn(app)).toEqual(['best.png', 'link/a.png', 'photos/a.png']),
    )
    await writeFile(join(root, 'photos/a.png'), await picture(70))
    await eventually(async () => {
      const hashes = (await app.catalog.images.list(BY_NAME)).images.map(({ contentHash }) => contentHash)
      expect(new Set(hashes)).toEqual(new Set([await hashOfFile(join(root, 'photos/a.png'))]))
    })
    await unlink(join(root, 'link'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['best.png', 'photos/a.png']))
  })

  it('finds a moved file at its real path, not behind a link to it', async () => {
    const root = await galleryOf('from/moves.png', 'to/deep/stays.png', 'a/other.png')
    // In the order of names, the link is listed first.
    await symlink(join('..', 'to'), join(root, 'a/link'))
    const config = await configFor(root)
    const first = await startApp(config)
    await indexAll(first)
    const { id } = (await first.catalog.images.getByPath('from/moves.png'))!
    await first.close()
    await rename(join(root, 'from/moves.png'), join(root, 'to/deep/moved.png'))
    const second = await startApp(config)
    await indexAll(second)
    expect((await second.catalog.images.getByPath('to/deep/moved.png'))?.id).toBe(id)
    expect((await second.catalog.images.getByPath('a/link/deep/moved.png'))?.id).toEqual(expect.any(String))
    await unlink(join(root, 'a/link'))
    await indexAll(second)
    expect((await second.catalog.images.getByPath('to/deep/moved.png'))?.id).toBe(id)
  })

  it('follows links whose target moves away and returns', async () => {
    const { root, app } = await watched('a.png', 'photos/deep/b.png')
    await mkdir(join(root, 'album'))
    await symlink('../photos/deep/b.png', join(root, 'album/b.png'))
    await symlink('../photos/deep', join(root, 'album/deep'))
    const linked = ['album/b.png', 'album/deep/b.png']
    const all = ['a.png', ...linked, 'photos/deep/b.png']
    await eventually(async () => expect(await pathsIn(app)).toEqual(all))
    await rename(join(root, 'photos'), join(root, 'elsewhere'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'elsewhere/deep/b.png']))
    await rename(join(root, 'elsewhere'), join(root, 'photos'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(all))
  })

  it('follows a file that is written by another of its names', async () => {
    const { root, app } = await watched('sub/a.png')
    await link(join(root, 'sub/a.png'), join(root, 'other.png'))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['other.png', 'sub/a.png']))
    await writeFile(join(root, 'sub/a.png'), await picture(71))
    const hash = await hashOfFile(join(root, 'other.png'))
    await eventually(async () => {
      const { images } = await app.catalog.images.list(BY_NAME)
      expect(images.map(({ contentHash }) => contentHash)).toEqual([hash, hash])
    })
  })

  it('continues after the whole gallery was absent', async () => {
    const { root, app } = await watched('a.png', 'sub/b.png')
    const away = join(await temporaryDirectory(), 'away')
    await rename(root, away)
    await eventually(() => expect(app.sync.problem).toMatch(/can't be read.*kept/))
    const status = (await (await app.http.request('/api/index/status')).json()) as { problem: string }
    expect(status.problem).toBe(app.sync.problem)
    expect(await pathsIn(app)).toEqual(['a.png', 'sub/b.png'])
    await rename(away, root)
    await eventually(() => expect(app.sync.problem).toBeUndefined())
    await writeFile(join(root, 'sub/c.png'), await picture(3))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'sub/b.png', 'sub/c.png']))
  })

  it.each([
    ['vfat', false],
    ['cifs', false],
    ['ext4', true],
  ])('treats a file of another identity as another file on %s: %s', async (type, isAnother) => {
    const root = await galleryOf('a.png', 'b.png')
    const table = join(await temporaryDirectory(), 'mountinfo')
    await writeFile(
      table,
      `27 1 254:0 / / rw - ext4 /dev/vda rw\n40 27 0:50 / ${root} rw - ${type} /dev/sdb1 rw\n`,
    )
    const app = await startApp(await configFor(root), { mountTable: table })
    await indexAll(app)
    const inode = (await stat(join(root, 'a.png'))).ino
    await copyFile(join(root, 'a.png'), join(root, '.copy'))
    const { atime, mtime } = await stat(join(root, 'a.png'))
    await utimes(join(root, '.copy'), atime, mtime)
    await rename(join(root, '.copy'), join(root, 'a.png'))
    expect((await stat(join(root, 'a.png'))).ino).not.toBe(inode)
    const queued = vi.spyOn(app.catalog.images, 'contentInfo')
    const put = vi.spyOn(app.catalog.images, 'upsert')
    await indexAll(app)
    expect(put.mock.calls.length + queued.mock.calls.length > 0).toBe(isAnother)
    expect(await pathsIn(app)).toEqual(['a.png', 'b.png'])
  })

  it('polls on a network drive, logs the reason, and finds changes', async () => {
    const root = await galleryOf('a.png')
    const table = join(await temporaryDirectory(), 'mountinfo')
    await writeFile(
      table,
      `27 1 254:0 / / rw - ext4 /dev/vda rw\n40 27 0:50 / ${root} rw - nfs4 server:/photos rw\n`,
    )
    const app = await startApp(await configFor(root), { mountTable: table })
    await app.sync.startWatching()
    await indexAll(app)
    expect(app.sync.watching).toBe('polling')
    expect(app.sync.pollingReason).toMatch(/nfs4.*run the server where the files are/)
    const status = (await (await app.http.request('/api/index/status')).json()) as Record<string, unknown>
    expect(status).toMatchObject({ watching: 'polling', polling_reason: app.sync.pollingReason })
    await writeFile(join(root, 'b.png'), await picture(2))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'b.png']))
  })

  it.each([
    ['both normal forms', 'n\u00e9.png', 'ne\u0301.png'],
    ['a line break', 'two\nlines.png', 'a\tb.png'],
    ['emoji', '🖌️🎨.png', '👩‍👩‍👧.png'],
    ['255 bytes', `${'l'.repeat(251)}.png`, `${'é'.repeat(125)}l.png`],
    ['another case', 'photo.png', 'PHOTO.PNG'],
    ['special characters', 'a b#c?d%e&f.png', '%2e%2e%2f.png'],
  ])('follows names with %s', async (_, first, second) => {
    const { root, app } = await watched('a.png')
    await writeFile(join(root, first), await picture(4))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', first].sort()))
    const before = (await app.catalog.images.getByPath(first))!
    await rename(join(root, first), join(root, second))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', second].sort()))
    expect((await app.catalog.images.getByPath(second))!.id).toBe(before.id)
    expect((await app.http.request(`/api/images/${before.id}/view`)).status).toBe(200)
  })

  it('detects a repaired file', async () => {
    const { root, app } = await watched('a.png')
    await writeFile(join(root, 'b.png'), 'broken')
    await eventually(async () => expect((await app.catalog.images.counts()).failed).toBe(1))
    await writeFile(join(root, 'b.png'), await picture(5))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'b.png']))
    expect((await app.catalog.images.counts()).failed).toBe(0)
  })
})

describe('a folder whose name begins like the data directory', () => {
  it('is followed', async () => {
    const root = await galleryOf('a.png')
    const app = await startApp(await configFor(root, { data_directory: join(root, 'data') }))
    await app.sync.startWatching()
    await indexAll(app)
    await mkdir(join(root, 'data-photos'))
    await writeFile(join(root, 'data-photos', 'b.png'), await picture(2))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'data-photos/b.png']))
  })
})

describe('closing', () => {
  it('does not wait for a hanging embedder', async () => {
    const root = await galleryOf('a.png', 'b.png')
    const app = await startApp(await configFor(root), { openEmbedder })
    process.kill(app.embedder.processId!, 'SIGSTOP')
    await app.sync.scan()
    await eventually(() => expect(app.indexer.pending).toBeGreaterThan(0))
    const start = performance.now()
    await app.close()
    // Half of the time that a batch may take.
    expect(performance.now() - start).toBeLessThan(60_000)
  })
})

describe('two processes on one data directory', () => {
  it('are refused, with the id of the first', async () => {
    const config = await configFor(await galleryOf('a.png'))
    await startApp(config)
    await expect(startApp(config)).rejects.toMatchObject({
      code: 'data_directory_in_use',
      message: RegExp(`${process.pid}`),
    })
  })
})
