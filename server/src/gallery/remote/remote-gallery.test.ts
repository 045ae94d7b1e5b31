import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../http/listen.ts'
import { configFor, startApp } from '../../testing/app.ts'
import { picture, writeSettled } from '../../testing/pictures.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { decodeName } from '../file-names.ts'
import { localFiles } from '../gallery-files.ts'
import { FILE_HEADER } from './file-header.ts'
import { GalleryUnavailable, openRemoteGallery } from './remote-gallery.ts'

const WALK = { recursive: true, excluded: [] }
const MEGABYTE = 1024 ** 2

/** A server on a gallery, and the gallery over HTTP. */
async function openBoth(keys: Record<string, unknown> = {}) {
  const root = await temporaryDirectory()
  const app = await startApp(await configFor(root, keys))
  const server = await listen(app.http, '127.0.0.1', 0)
  onTestFinished(() => server.close())
  return { root, url: server.url, remote: openRemoteGallery(server.url, undefined) }
}

/** A proxy that ends the first connections after some bytes of the body. */
async function breakingProxy(target: string, { times, bytes }: { times: number; bytes: number }) {
  const ranges: (string | undefined)[] = []
  const proxy = createServer(async (request, response) => {
    ranges.push(request.headers.range)
    const { range = '', 'if-range': condition = '' } = request.headers
    const answer = await fetch(new URL(request.url!, target), {
      headers: range === '' ? {} : { range, 'if-range': String(condition) },
    })
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    const body = Buffer.from(await answer.arrayBuffer())
    if (ranges.length > times) return response.end(body)
    response.write(body.subarray(0, bytes), () => response.destroy())
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  onTestFinished(() => void proxy.close())
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, ranges }
}

/** Answers as a server that may not read its files. The tests may run as root, who may read all. */
async function refusingProxy(target: string): Promise<string> {
  const proxy = createServer(async (request, response) => {
    const answer = await fetch(new URL(request.url!, target), { headers: { range: 'bytes=0-0' } })
    await answer.body?.cancel()
    response.writeHead(403, {
      'content-type': 'application/json',
      [FILE_HEADER]: answer.headers.get(FILE_HEADER)!,
    })
    response.end('{"error": "The file may not be read: permission denied.", "code": "permission_denied"}')
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  onTestFinished(() => void proxy.close())
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

describe('the gallery of a server', () => {
  it('has the same files with the same size, times, inode and hash', async () => {
    const { root, remote } = await openBoth()
    const names = ['a.png', 'folder/ä %2e ?#&+.PNG', 'without-ending', 'a.png.xmp', 'link.png']
    for (const [n, name] of names.slice(0, 4).entries())
      await writeSettled(join(root, name), await picture(n))
    await symlink('a.png', join(root, 'link.png'))
    const bytes = Buffer.from('caf\xe9.png', 'latin1')
    await writeFile(Buffer.concat([Buffer.from(`${root}/`), bytes]), await picture(9))
    const local = localFiles(root, WALK)
    await remote.check()
    for (const name of [...names, decodeName(bytes)]) {
      expect(await local.stat(name), name).toBeDefined()
      expect(await remote.stat(name), name).toEqual(await local.stat(name))
      expect(await remote.hash(name), name).toEqual(await local.hash(name))
    }
  })

  it('has no other files: hidden ones, those of other kinds, those outside', async () => {
    const { root, remote, url } = await openBoth({ 'watcher.ignore': ['left-out'] })
    const outside = await temporaryDirectory()
    await writeSettled(join(outside, 'a.png'), await picture(1))
    await symlink(outside, join(root, 'outside'))
    await symlink(join(outside, 'a.png'), join(root, 'outside.png'))
    for (const name of ['.hidden.png', 'left-out/a.png', '@eaDir/a.png'])
      await writeSettled(join(root, name), await picture(1))
    await writeFile(join(root, 'letter.txt'), 'Dear')
    await mkdir(join(root, 'folder.png'))
    for (const name of [
      '.hidden.png',
      'left-out/a.png',
      '@eaDir/a.png',
      'letter.txt',
      'folder.png',
      'missing.png',
      'missing/a.png',
      'outside/a.png',
      'outside.png',
      'x'.repeat(300),
    ])
      expect(await remote.stat(name), name).toBeUndefined()
    for (const path of ['../a.png', '/etc/passwd', 'a/../../a.png'])
      expect((await fetch(`${url}/api/fs/file?path=${encodeURIComponent(path)}`)).status, path).toBe(400)
  })

  it('continues an interrupted transfer where it ended', async () => {
    const { root, url } = await openBoth()
    await writeSettled(join(root, 'a.png'), await picture(1))
    await truncate(join(root, 'a.png'), MEGABYTE)
    const proxy = await breakingProxy(url, { times: 2, bytes: 300_000 })
    const target = join(await temporaryDirectory(), 'copy')
    const file = await openRemoteGallery(proxy.url, undefined).download('a.png', target, MEGABYTE)
    expect(file?.bytes).toBe(MEGABYTE)
    expect((await readFile(target)).equals(await readFile(join(root, 'a.png')))).toBe(true)
    const [whole, ...rests] = proxy.ranges
    expect([whole, rests.length]).toEqual([undefined, 2])
    const [first, second] = rests.map((range) => Number(/^bytes=(\d+)-$/.exec(range!)![1]))
    // The end of what was sent may be lost with the connection.
    expect(first).toBeGreaterThan(0)
    expect(second).toBeGreaterThan(first!)
  })

  it('sends only the stat of a file that is too large, and an empty file', async () => {
    const { root, remote } = await openBoth()
    const target = join(await temporaryDirectory(), 'copy')
    await writeFile(join(root, 'empty.png'), '')
    expect((await remote.stat('empty.png'))?.bytes).toBe(0)
    expect((await remote.download('empty.png', target, 10))?.bytes).toBe(0)
    expect((await readFile(target)).length).toBe(0)
    await writeFile(join(root, 'large.png'), Buffer.alloc(1000))
    expect((await remote.download('large.png', join(target, 'not-written'), 999))?.bytes).toBe(1000)
  })

  it('has a version of a file that the server may not read, and nothing of folders that are not looked at', async () => {
    const { root, remote, url } = await openBoth({ 'watcher.watch_recursive': false })
    await writeSettled(join(root, 'a.png'), await picture(1))
    await writeSettled(join(root, 'folder/b.png'), await picture(2))
    expect(await remote.stat('folder/b.png')).toBeUndefined()
    expect((await remote.stat('a.png'))?.bytes).toBeGreaterThan(0)
    const gallery = openRemoteGallery(await refusingProxy(url), undefined)
    expect(await gallery.stat('a.png')).toEqual(await remote.stat('a.png'))
    expect(await gallery.hash('a.png')).toBeUndefined()
    await expect(gallery.download('a.png', join(root, 'copy'), MEGABYTE)).rejects.toMatchObject({
      code: 'permission_denied',
    })
  })

  it.each([
    ['gallery_unavailable', false],
    ['unavailable', true],
  ])('is away as a whole only if the server is, not one of its drives (%s)', async (code, isServerAway) => {
    const server = createServer((_, response) =>
      response.writeHead(503, { 'retry-after': '60' }).end(JSON.stringify({ error: 'Away.', code })),
    )
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const error = await openRemoteGallery(url, undefined)
      .stat('a.png')
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'unavailable' })
    expect(error instanceof GalleryUnavailable).toBe(isServerAway)
  })

  it('names what is wrong with the server or its address', async () => {
    expect(() => openRemoteGallery('pictures', undefined)).toThrow(
      '--server: "pictures" is not an address such as https://pictures.example.org.',
    )
    const other = createServer((_, response) => response.writeHead(404).end('nothing'))
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    onTestFinished(() => void other.close())
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    await expect(openRemoteGallery(url, undefined).check()).rejects.toThrow(
      `The server at ${url} does not send files: the status is 404.`,
    )
  })
})
