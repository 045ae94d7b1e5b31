import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { failWhileStorageIsUnusable } from '../app/storage-monitor.ts'
import { indexAccount } from '../http/index-account.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { canMount, mountDrive, mountReadOnly, unmount } from '../testing/mounts.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { eventually, temporaryDirectory } from '../testing/temporary.ts'
import { StorageMonitor } from './storage-monitor.ts'

async function open(config: Record<string, unknown>) {
  const root = await temporaryDirectory()
  await writeSettled(join(root, 'first.png'), await picture(0))
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const app = await startApp(await configFor(root, config), { log })
  await app.sync.startWatching()
  await indexAll(app)
  const ready = async () => {
    const response = await app.http.request('/ready')
    return { httpStatus: response.status, ...(await response.json()) }
  }
  return {
    root,
    app,
    ready,
    log: () => lines.join(''),
    status: async () => (await app.http.request('/api/index/status')).json(),
    account: () => indexAccount(app.catalog, app.sync),
    async addPictures() {
      for (let n = 1; n <= 12; n++) await writeSettled(join(root, `${n}.png`), await picture(n))
    },
    /** Everything waits while there is a problem, and is done after it. */
    async expectWaiting(code: string, sentence: RegExp) {
      await eventually(async () => expect((await this.status()).storage_problem).toBe(code))
      await this.addPictures()
      await eventually(async () => expect(app.sync.unindexed).toBeGreaterThan(0))
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      const { indexed, failed, pending } = await this.account()
      expect({ failed, sum: indexed + pending }).toEqual({ failed: 0, sum: 13 })
      expect(pending).toBeGreaterThan(0)
      expect(await ready()).toMatchObject({
        httpStatus: 503,
        code: 'storage_unavailable',
        error: expect.stringMatching(sentence),
      })
      expect((await this.status()).problem).toMatch(sentence)
      expect(this.log()).toMatch(sentence)
    },
    async expectDone() {
      await eventually(async () =>
        expect(await this.account()).toMatchObject({ indexed: 13, pending: 0, failed: 0 }),
      )
      expect(await ready()).toEqual({ httpStatus: 200, status: 'ready' })
      expect((await this.status()).storage_problem).toBeNull()
      expect(this.log()).toContain('Files can be stored again')
    },
  }
}

describe('the monitor of the storage', () => {
  async function openMonitor() {
    const dataDirectory = await temporaryDirectory()
    const lines: string[] = []
    const log = (line: string) => void lines.push(line)
    const monitor = new StorageMonitor({
      dataDirectory,
      thumbnailDirectory: join(dataDirectory, 'thumbnails'),
      galleryFolders: [`${dataDirectory}-photos`, join(dataDirectory, 'photos')],
      database: undefined,
      checkEveryMs: 1e6,
      log: { error: log, info: log },
    })
    return { monitor, dataDirectory, lines }
  }

  it('does not count errors of the gallery as its own, wherever the gallery lies', async () => {
    const { monitor, dataDirectory } = await openMonitor()
    const report = (path: string) => monitor.report(new Error(`EIO: i/o error, open '${path}'`))
    for (const path of ['-photos/a.jpg', '/photos/a.jpg', '/photos', '2/a.jpg'])
      expect(report(dataDirectory + path), path).toBe(false)
    expect(report(`/mnt${dataDirectory}/a.jpg`)).toBe(false)
    expect(monitor.problem).toBeUndefined()
    for (const path of ['', '/renditions/a', '/photos-of-queries/a'])
      expect(report(dataDirectory + path), path).toBe(true)
    expect(monitor.problem).toMatchObject({
      code: 'data_directory_unreachable',
      message: expect.stringMatching(/\(EIO\)/),
    })
    expect(report(`${dataDirectory}/thumbnails/64x64/a`)).toBe(true)
    expect(monitor.problem?.code).toBe('thumbnails_unreachable')
    await monitor.check()
    expect(monitor.problem).toBeUndefined()
  })

  it('reports a damaged catalog until the server is started again', async () => {
    const { monitor, lines } = await openMonitor()
    expect(monitor.report(new Error('database disk image is malformed'))).toBe(true)
    await monitor.check()
    expect(monitor.problem?.code).toBe('catalog_damaged')
    expect(lines).toEqual([expect.stringMatching(/delete the files catalog\.sqlite\*/)])
  })
})

describe('storage that fails', () => {
  it.skipIf(!canMount())('full disk: indexing waits and goes on by itself, twice', async () => {
    const data = await temporaryDirectory()
    mountDrive(data, 'data', '24m')
    const opened = await open({ data_directory: data })
    const filler = join(data, 'filler')
    const fill = () => writeFile(filler, Buffer.alloc(64 * 1024 ** 2)).catch(() => {})
    await fill()
    await opened.expectWaiting('disk_full', /full: free some space/)
    await rm(filler)
    await opened.expectDone()
    await fill()
    await writeSettled(join(opened.root, 'last.png'), await picture(99))
    await eventually(async () => expect(await opened.ready()).toMatchObject({ code: 'storage_unavailable' }))
    await rm(filler)
    await eventually(async () => expect(await opened.account()).toMatchObject({ indexed: 14, pending: 0 }))
  })

  it.skipIf(!canMount())('read-only data directory', async () => {
    const data = await temporaryDirectory()
    const opened = await open({ data_directory: data })
    mountReadOnly(data)
    await opened.expectWaiting('data_directory_read_only', /is read-only/)
    unmount(data)
    await opened.expectDone()
  })

  it('vanished data directory', async () => {
    const data = join(await temporaryDirectory(), 'data')
    const opened = await open({ data_directory: data })
    await rename(data, `${data}-aside`)
    await opened.expectWaiting('data_directory_missing', /data directory is missing/)
    await rename(`${data}-aside`, data)
    await opened.expectDone()
  })

  it('unreachable thumbnail folder', async () => {
    const thumbnails = join(await temporaryDirectory(), 'thumbnails')
    const opened = await open({ 'thumbnail.thumbnail_directory': thumbnails })
    await rename(thumbnails, `${thumbnails}-aside`)
    await writeFile(thumbnails, 'a file')
    await opened.expectWaiting('thumbnails_unreachable', /thumbnail folder can't be written to/)
    await rm(thumbnails)
    await opened.expectDone()
  })

  it('ends a command that waits for it', async () => {
    const problem = { code: 'disk_full' as const, message: 'The disk is full.', folder: '/data' }
    const never = new Promise<never>(() => {})
    await expect(
      failWhileStorageIsUnusable({ problem }, never, { storageWaitMs: 100 }),
    ).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: 'The disk is full.',
    })
    expect(
      await failWhileStorageIsUnusable({ problem: undefined }, Promise.resolve('done'), {
        storageWaitMs: 100,
      }),
    ).toBe('done')
  })
})
