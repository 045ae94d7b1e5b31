import { execFileSync } from 'node:child_process'
import { appendFile, mkdir, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { App } from '../app/compose.ts'
import { openThumbnailStore } from '../gallery/thumbnails.ts'
import { indexAccount } from '../http/index-account.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { canMount, mountDrive, unmount } from '../testing/mounts.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { eventually, temporaryDirectory } from '../testing/temporary.ts'

async function accountOf(app: App) {
  const { left_out: leftOut, folders, ...counts } = await indexAccount(app.catalog, app.sync)
  const sum = leftOut.reduce((total, { count }) => total + count, 0)
  expect(counts.found).toBe(counts.indexed + counts.failed + counts.pending + sum)
  return {
    ...counts,
    leftOut: Object.fromEntries(leftOut.map(({ rule, count }) => [rule, count])),
    folders: Object.fromEntries(folders.map(({ path, rule, files }) => [path, `${rule} ${files}`])),
  }
}

/** The content of the disk, as `find -type f` and `-type l` and so on count it. */
function filesOnDisk(root: string): number {
  return Number(execFileSync('sh', ['-c', 'find "$0" ! -type d | wc -l', root], { encoding: 'utf8' }))
}

describe('the account of files', () => {
  it('names a rule for each file that is not indexed, also after a restart', async () => {
    const root = await temporaryDirectory()
    await writeSettled(join(root, 'a.png'), await picture(1))
    await writeSettled(join(root, 'scan'), await picture(2))
    await writeSettled(join(root, 'x/photo.dat'), await picture(3, 'jpeg'))
    await writeSettled(join(root, 'x/broken.jpg'), 'no picture')
    for (const path of [
      'notes.txt',
      'x/film.mov',
      'x/empty',
      '.DS_Store',
      '.cache/y/1.jpg',
      '.cache/2.jpg',
      '@eaDir/a.png/SYNOPHOTO_THUMB_M.jpg',
      'x/#recycle/old.jpg',
      'RECYCLER/old.jpg',
      'Temporary Items/t.jpg',
      'Lightroom Previews.lrdata/p.jpg',
      'My.photoslibrary/resources/p.jpg',
      'drafts/d.jpg',
    ])
      await writeSettled(join(root, path), 'text')
    await writeSettled(join(root, 'My.photoslibrary/originals/o.jpg'), await picture(4))
    await symlink('/etc', join(root, 'outside'))
    await symlink('nowhere', join(root, 'broken'))
    execFileSync('mkfifo', [join(root, 'pipe')])
    const config = await configFor(root, { 'watcher.ignore': ['drafts'] })
    const app = await startApp(config)
    await indexAll(app)
    const expected = {
      found: filesOnDisk(root),
      indexed: 4,
      failed: 1,
      pending: 0,
      leftOut: {
        hidden: 3,
        ignored: 1,
        link_broken: 1,
        link_outside: 1,
        not_an_image: 3,
        special_file: 1,
        system_folder: 6,
      },
      folders: {
        '.cache': 'hidden 2',
        '@eaDir': 'system_folder 1',
        'Lightroom Previews.lrdata': 'system_folder 1',
        'My.photoslibrary/resources': 'system_folder 1',
        RECYCLER: 'system_folder 1',
        'Temporary Items': 'system_folder 1',
        drafts: 'ignored 1',
        outside: 'link_outside 1',
        'x/#recycle': 'system_folder 1',
      },
    }
    expect(await accountOf(app)).toEqual(expected)
    await app.close()

    const again = await startApp(config)
    expect(await accountOf(again)).toEqual(expected)
    await indexAll(again)
    expect(await accountOf(again)).toEqual(expected)
    await again.close()

    const all = await startApp({ ...config, watcher: { ...config.watcher, include_system_folders: true } })
    await indexAll(all)
    expect(await accountOf(all)).toMatchObject({ found: expected.found, leftOut: { hidden: 3 }, failed: 7 })
    expect((await accountOf(all)).leftOut).not.toHaveProperty('system_folder')
  })

  it('follows single changes', async () => {
    const root = await temporaryDirectory()
    await writeSettled(join(root, 'a.png'), await picture(1))
    const app = await startApp(await configFor(root))
    await app.sync.startWatching()
    await indexAll(app)
    const becomes = (expected: Partial<Awaited<ReturnType<typeof accountOf>>>) =>
      eventually(async () => expect(await accountOf(app)).toMatchObject(expected))
    await writeFile(join(root, 'notes.txt'), 'text')
    await writeFile(join(root, '.hidden'), 'text')
    await becomes({ found: 3, leftOut: { not_an_image: 1, hidden: 1 } })
    await mkdir(join(root, '#recycle'))
    await rename(join(root, 'a.png'), join(root, '#recycle/a.png'))
    await becomes({ found: 3, indexed: 0 })
    await writeFile(join(root, '#recycle/c.png'), 'text')
    await mkdir(join(root, '#recycle/x'))
    await becomes({ found: 4, leftOut: { not_an_image: 1, hidden: 1, system_folder: 2 } })
    await rename(join(root, '#recycle/c.png'), join(root, '#recycle/x/c.png'))
    await writeFile(join(root, '#recycle/x/d.png'), 'text')
    await becomes({ found: 5, leftOut: { not_an_image: 1, hidden: 1, system_folder: 3 } })
    await rm(join(root, '#recycle/x'), { recursive: true })
    await becomes({ found: 3, leftOut: { not_an_image: 1, hidden: 1, system_folder: 1 } })
    await rename(join(root, '#recycle/a.png'), join(root, 'b.png'))
    await becomes({ found: 3, indexed: 1 })
    // A picture without the extension of an image, written in two steps.
    const bytes = await picture(2)
    await writeFile(join(root, 'scan'), bytes.subarray(0, 4))
    await becomes({ found: 4, indexed: 1, leftOut: { not_an_image: 2, hidden: 1 } })
    await appendFile(join(root, 'scan'), bytes.subarray(4))
    await becomes({ found: 4, indexed: 2, leftOut: { not_an_image: 1, hidden: 1 } })
    await writeFile(join(root, 'scan'), 'text')
    await becomes({ found: 4, indexed: 1, leftOut: { not_an_image: 2, hidden: 1 } })
    await rename(join(root, 'b.png'), join(root, 'b.txt'))
    await becomes({ found: 4, indexed: 1, failed: 0 })
    await unlink(join(root, 'notes.txt'))
    await rm(join(root, '.hidden'))
    await unlink(join(root, 'scan'))
    await becomes({ found: 1, indexed: 1, leftOut: {} })
  })

  it('counts sockets, and files in folders below that are not watched', async () => {
    const root = await temporaryDirectory()
    await writeSettled(join(root, 'a.png'), await picture(1))
    await writeSettled(join(root, 'x/y/b.png'), await picture(2))
    const server = createServer().listen(join(root, 'socket'))
    onTestFinished(() => void server.close())
    const app = await startApp(await configFor(root, { 'watcher.watch_recursive': false }))
    await indexAll(app)
    expect(await accountOf(app)).toMatchObject({
      found: 3,
      indexed: 1,
      leftOut: { subfolder: 1, special_file: 1 },
    })
  })

  it('names folders whose path is too long for the system, until they are gone', async () => {
    const root = await temporaryDirectory()
    await writeSettled(join(root, 'a.png'), await picture(1))
    const names = Array<string>(10).fill('d'.repeat(240))
    const [above, apart] = [join(root, ...names), await temporaryDirectory()]
    await mkdir(above, { recursive: true })
    await mkdir(join(apart, 'below', ...names), { recursive: true })
    // No single call could make a path of this length.
    await rename(join(apart, 'below'), join(above, 'below'))
    const app = await startApp(await configFor(root))
    await app.sync.startWatching()
    await indexAll(app)
    expect(await accountOf(app)).toMatchObject({ indexed: 1, leftOut: { unreadable_folder: 1 } })
    const [folder] = (await indexAccount(app.catalog, app.sync)).folders
    expect(folder!.reason).toBe('name too long (ENAMETOOLONG)')
    await rename(join(above, 'below'), join(apart, 'below'))
    await expect
      .poll(() => accountOf(app))
      .toEqual({
        ...{ found: 1, indexed: 1, failed: 0, pending: 0 },
        ...{ leftOut: {}, folders: {} },
      })
  })

  it.skipIf(!canMount())('names a drive that is not mounted', async () => {
    const root = await temporaryDirectory()
    const drive = join(root, 'drive')
    await mkdir(drive)
    mountDrive(drive)
    await writeSettled(join(root, 'a.png'), await picture(1))
    await writeSettled(join(drive, 'b.png'), await picture(2))
    const app = await startApp(await configFor(root))
    await indexAll(app)
    expect(await accountOf(app)).toMatchObject({ found: 2, indexed: 2, leftOut: {} })
    unmount(drive)
    await app.sync.scan()
    expect(await accountOf(app)).toMatchObject({ indexed: 2, folders: { drive: 'drive_absent 1' } })
  })

  it('counts waiting files as pending, once', async () => {
    const root = await temporaryDirectory()
    for (let n = 0; n < 12; n++) await writeSettled(join(root, `${n}.png`), await picture(n))
    const app = await startApp(await configFor(root))
    await app.sync.scan()
    const { found, indexed, pending } = await accountOf(app)
    expect({ found, sum: indexed + pending }).toEqual({ found: 12, sum: 12 })
    await app.indexer.idle()
    expect(await accountOf(app)).toMatchObject({ found: 12, indexed: 12, pending: 0 })
    // A file that is read again stays in the index meanwhile.
    await writeSettled(join(root, '3.png'), await picture(33), new Date('2021-01-01'))
    await app.sync.scan()
    expect(await accountOf(app)).toMatchObject({ found: 12, indexed: 12, pending: 0 })
  })
})

describe('a change in place', () => {
  it('that keeps size and modification time is noticed by a scan', async () => {
    const root = await temporaryDirectory()
    const file = join(root, 'a.bmp')
    const bitmap = (value: number) => {
      const bytes = Buffer.alloc(54 + 16, value)
      bytes.write('BM')
      bytes.writeUInt32LE(70, 2)
      bytes.writeUInt32LE(0, 6)
      bytes.writeUInt32LE(54, 10)
      bytes.writeUInt32LE(40, 14)
      for (const [at, number] of [
        [18, 2],
        [22, 2],
        [30, 0],
        [34, 16],
        [38, 0],
        [42, 0],
        [46, 0],
        [50, 0],
      ] as const)
        bytes.writeUInt32LE(number, at)
      bytes.writeUInt16LE(1, 26)
      bytes.writeUInt16LE(24, 28)
      return bytes
    }
    await writeSettled(file, bitmap(10))
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const before = (await app.catalog.images.getByPath('a.bmp'))!
    const time = new Date(before.modifiedAt)
    await writeFile(file, bitmap(200))
    await utimes(file, time, time)
    await indexAll(app)
    const after = (await app.catalog.images.getByPath('a.bmp'))!
    expect(after.contentHash).not.toBe(before.contentHash)
    expect(after.id).toBe(before.id)
    expect(after.modifiedAt).toBe(before.modifiedAt)
  })

  it('is found by reading again if nothing else shows it', async () => {
    const root = await temporaryDirectory()
    for (const path of ['a.png', 'x/b.png', 'x/y/c.png', 'broken.jpg'])
      await writeSettled(join(root, path), path === 'broken.jpg' ? 'no picture' : await picture(path.length))
    const config = await configFor(root)
    const app = await startApp(config)
    await indexAll(app)
    const thumbnail = async () => {
      const { id } = (await app.catalog.images.getByPath('a.png'))!
      return Buffer.from(await (await app.http.request(`/api/images/${id}/thumbnail`)).arrayBuffer())
    }
    const before = await thumbnail()
    const { contentHash } = (await app.catalog.images.getByPath('a.png'))!
    const store = openThumbnailStore(config.thumbnail.thumbnail_directory, config.thumbnail.size)
    store.write(contentHash, await picture(77, 'webp'))
    const read = async (body: unknown) => {
      const response = await app.http.request('/api/index/reread', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      await app.indexer.idle()
      return { httpStatus: response.status, ...(await response.json()) }
    }
    expect(await read({ paths: ['x/b.png'] })).toEqual({ httpStatus: 200, status: 'success', queued: 1 })
    expect((await thumbnail()).equals(before)).toBe(false)
    expect(await read({ directory: 'x' })).toMatchObject({ queued: 2 })
    expect(await read({ all: true })).toMatchObject({ queued: 4 })
    expect((await thumbnail()).equals(before)).toBe(true)
    expect(await accountOf(app)).toMatchObject({ indexed: 3, failed: 1, pending: 0 })
    for (const body of [
      {},
      { all: true, directory: 'x' },
      { all: false },
      { directory: '../x' },
      { paths: [] },
    ])
      expect([400, 422]).toContain((await read(body)).httpStatus)
  })
})
