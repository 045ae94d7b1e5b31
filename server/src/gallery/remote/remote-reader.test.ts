import { readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../http/listen.ts'
import { configFor, startApp } from '../../testing/app.ts'
import { freePort } from '../../testing/free-port.ts'
import { picture, writeSettled } from '../../testing/pictures.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { createImageReader } from '../image-reader.ts'
import { FILE_HEADER } from './file-header.ts'
import { GalleryUnavailable, openRemoteGallery } from './remote-gallery.ts'
import { createRemoteReader } from './remote-reader.ts'

const MEGABYTE = 1024 ** 2
const REQUEST = { skipSettleCheck: true, forceDecode: true, sidecar: null }

/** A reader of the gallery of a server. */
async function readerOf(url: string) {
  const directory = await temporaryDirectory()
  const reader = createImageReader({
    root: directory,
    walk: { recursive: true, excluded: [] },
    limits: { maxPixels: 1e6, maxFileBytes: MEGABYTE },
    inputSize: { width: 32, height: 32 },
    thumbnailDirectory: await temporaryDirectory(),
    thumbnailSize: [64, 64],
  })
  const gallery = openRemoteGallery(url, undefined)
  const remote = createRemoteReader({ gallery, reader, directory, maxFileBytes: MEGABYTE })
  onTestFinished(() => remote.close())
  return { remote, directory }
}

async function serve(keys: Record<string, unknown> = {}) {
  const root = await temporaryDirectory()
  const app = await startApp(await configFor(root, keys))
  const server = await listen(app.http, '127.0.0.1', 0)
  onTestFinished(() => server.close())
  return { root, app, url: server.url }
}

describe('reading from a server', () => {
  it('gives the pixels and the version of the file, and leaves no copy', async () => {
    const { root, url } = await serve()
    await writeSettled(join(root, 'a.png'), await picture(1))
    await writeFile(join(root, 'large.png'), Buffer.alloc(MEGABYTE + 1))
    const { remote, directory } = await readerOf(url)
    expect(await remote.read({ ...REQUEST, path: 'a.png' })).toMatchObject({
      state: 'decoded',
      stat: { path: 'a.png' },
    })
    expect(await remote.read({ ...REQUEST, path: 'missing.png' })).toEqual({ state: 'gone' })
    expect(await remote.read({ ...REQUEST, path: 'large.png' })).toMatchObject({
      state: 'failed',
      code: 'image_too_large',
    })
    expect(await readdir(directory)).toEqual([])
  })

  it('reads a file that was uploaded into a folder that is not looked at', async () => {
    const { root, app, url } = await serve({ 'watcher.watch_recursive': false })
    await writeSettled(join(root, 'folder/a.png'), await picture(1))
    await app.indexer.indexNow('folder/a.png')
    const { remote } = await readerOf(url)
    expect(await remote.read({ ...REQUEST, path: 'folder/a.png' })).toMatchObject({ state: 'decoded' })
  })

  it('blames a server that is away, but for one file only that file', async () => {
    const away = await readerOf(`http://127.0.0.1:${await freePort()}`)
    await expect(away.remote.read({ ...REQUEST, path: 'a.png' })).rejects.toBeInstanceOf(GalleryUnavailable)

    const statuses: Record<string, [number, string]> = {
      'denied.png': [403, 'permission_denied'],
      'broken.png': [500, 'internal_error'],
    }
    const answering = createServer((request, response) => {
      const path = new URL(request.url!, 'http://any').searchParams.get('path')!
      const [status, code] = statuses[path]!
      const header = { bytes: 1, modified_at: 1, changed_at: 1, created_at: 1, inode: '1' }
      response.writeHead(status, status === 403 ? { [FILE_HEADER]: JSON.stringify(header) } : {})
      response.end(JSON.stringify({ error: 'It failed.', code }))
    })
    await new Promise<void>((done) => answering.listen(0, '127.0.0.1', done))
    onTestFinished(() => void answering.close())
    const { remote } = await readerOf(`http://127.0.0.1:${(answering.address() as AddressInfo).port}`)
    for (const [path, code] of [
      ['denied.png', 'permission_denied'],
      ['broken.png', 'unavailable'],
    ] as const) {
      const error = await remote.read({ ...REQUEST, path }).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code })
      expect(error).not.toBeInstanceOf(GalleryUnavailable)
    }
  })

  it('ends at once when it is closed, also while the server does not answer', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
    onTestFinished(() => {
      silent.closeAllConnections()
      silent.close()
    })
    const { remote } = await readerOf(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`)
    const ended = expect(remote.read({ ...REQUEST, path: 'a.png' })).rejects.toThrow('The worker ends.')
    await remote.close()
    await ended
  })
})
