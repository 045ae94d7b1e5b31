import { execFileSync } from 'node:child_process'
import { type FileHandle, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { App } from '../app/compose.ts'
import type { Image } from '../catalog/catalog.ts'
import { readDetails } from '../gallery/details/details.ts'
import { archiveOfOriginals } from '../images/export/archives.ts'
import { imagesInOrder } from '../images/export/images.ts'
import { configFor, type DatabaseKeys, indexAll, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { type OnEnd, onceForAll, temporaryDirectory } from '../testing/temporary.ts'

const NAMES = ['a/1.png', 'a/2 "x", y.png', 'b/1.png', 'b/Ünï & <b>.jpg'] as const
/** The same in archives, which can be unpacked on Windows. */
const ARCHIVED = ['a/1.png', 'a/2 _x_, y.png', 'b/1.png', 'b/Ünï & _b_.jpg']

async function openGallery(database: DatabaseKeys, onEnd?: OnEnd) {
  const root = await temporaryDirectory(onEnd)
  for (const [n, name] of NAMES.entries())
    await writeSettled(join(root, name), await picture(n), new Date(Date.UTC(2021, n, 2)))
  const big = await sharp({ create: { width: 3000, height: 1500, channels: 3, background: '#369' } })
    .withExif({ IFD0: { Make: 'Acme', Model: 'One' }, IFD2: { DateTimeOriginal: '2020:05:04 12:30:00' } })
    .jpeg()
    .toBuffer()
  await writeSettled(join(root, 'b/big.jpg'), big, new Date(Date.UTC(2021, 8, 2)))
  const app = await startApp(await configFor(root, await database(), onEnd), {}, onEnd)
  await app.join()
  await indexAll(app)
  return { root, app, browser: openBrowser(app.http) }
}

const idOf = async (app: App, path: string) => (await app.catalog.images.getByPath(path))!.id
const BY_DATE = { order_by: 'modified_at', direction: 'ascending' }

/** Unpacks an archive with an independent program. @returns the paths in it */
async function unpack(bytes: Buffer): Promise<{ directory: string; names: string[] }> {
  const directory = await temporaryDirectory()
  const file = join(directory, 'archive.zip')
  await writeFile(file, bytes)
  await mkdir(join(directory, 'content'))
  execFileSync('python3', ['-m', 'zipfile', '-t', file])
  execFileSync('python3', ['-m', 'zipfile', '-e', file, join(directory, 'content')])
  const list = execFileSync('python3', [
    '-c',
    'import sys,zipfile,json;print(json.dumps(zipfile.ZipFile(sys.argv[1]).namelist()))',
    file,
  ])
  return { directory: join(directory, 'content'), names: JSON.parse(list.toString()) }
}

/** Tests of exports over HTTP, for every database. */
export function describeExport(name: string, database: DatabaseKeys): void {
  describe(name, () => {
    /** A gallery for the tests that do not change it. */
    const unchanged = onceForAll((onEnd) => openGallery(database, onEnd))

    async function exportFile(body: object): Promise<{ response: Response; bytes: Buffer }> {
      const response = await unchanged().browser.post('/api/export', body)
      return { response, bytes: Buffer.from(await response.arrayBuffer()) }
    }

    it('streams originals as an archive with their folders, or flat under names that differ', async () => {
      const { root } = unchanged()
      const { response, bytes } = await exportFile({ format: 'zip', query: BY_DATE, title: 'My: trip' })
      expect(response.headers.get('content-type')).toBe('application/zip')
      expect(response.headers.get('content-disposition')).toBe('attachment; filename="My_ trip.zip"')
      const { directory, names } = await unpack(bytes)
      expect(names).toEqual([...ARCHIVED, 'b/big.jpg'])
      for (const [n, name] of [...NAMES, 'b/big.jpg'].entries())
        expect(await readFile(join(directory, names[n]!))).toEqual(await readFile(join(root, name)))
      const flat = await exportFile({ format: 'zip', query: BY_DATE, layout: 'flat' })
      expect((await unpack(flat.bytes)).names).toEqual([
        '1.png',
        '2 _x_, y.png',
        '1 (2).png',
        'Ünï & _b_.jpg',
        'big.jpg',
      ])
    })

    it('makes smaller copies of large pictures', async () => {
      const { app } = unchanged()
      const ids = [await idOf(app, 'b/big.jpg'), await idOf(app, 'a/1.png')]
      const { bytes } = await exportFile({ format: 'zip-small', image_ids: ids })
      const { directory, names } = await unpack(bytes)
      expect(names).toEqual(['b/big.jpg', 'a/1.png'])
      const copy = join(directory, 'b/big.jpg')
      expect(await sharp(copy).metadata()).toMatchObject({ format: 'jpeg', width: 2048, height: 1024 })
      // They are sorted like their originals.
      expect(await readDetails(await readFile(copy), 'jpeg')).toMatchObject({
        capturedAt: Date.UTC(2020, 4, 4, 12, 30),
        camera: 'Acme One',
      })
    })

    it('writes lists with path, date, score, size and hash', async () => {
      const { app } = unchanged()
      const big = await app.catalog.images.getByPath('b/big.jpg')
      const csv = (await exportFile({ format: 'csv', query: BY_DATE })).bytes.toString('utf8')
      const lines = csv.split('\r\n')
      expect(lines[0]).toMatch(
        /^\uFEFFpath,date,date_from,utc_offset_minutes,score,bytes,width,height,sha256,/,
      )
      expect(lines[2]).toMatch(/^"a\/2 ""x"", y\.png",2021-02-02T00:00:00,file,0,,\d+,140,100,[0-9a-f]{64},/)
      const parse =
        'import sys,csv,io,json;print(json.dumps(list(csv.DictReader(io.TextIOWrapper(sys.stdin.buffer,"utf-8-sig")))))'
      const rows = JSON.parse(execFileSync('python3', ['-c', parse], { input: csv }).toString())
      expect(rows.map(({ path }: { path: string }) => path)).toEqual([...NAMES, 'b/big.jpg'])
      const search = { parts: [{ kind: 'image_id', image_id: big!.id }], top_k: 2 }
      const json = JSON.parse((await exportFile({ format: 'json', search })).bytes.toString('utf8'))
      expect(json).toHaveLength(2)
      expect(json[0]).toMatchObject({
        path: 'b/big.jpg',
        date: '2020-05-04T12:30:00',
        date_from: 'camera',
        score: expect.closeTo(1, 2),
        bytes: big!.bytes,
        sha256: big!.contentHash,
        camera: 'Acme One',
        keywords: [],
      })
      const nothing = await exportFile({ format: 'json', query: { directory: 'none' } })
      expect(JSON.parse(nothing.bytes.toString('utf8'))).toEqual([])
      expect((await exportFile({ format: 'paths', query: BY_DATE })).bytes.toString('utf8')).toBe(
        `${[...NAMES, 'b/big.jpg'].join('\n')}\n`,
      )
    })

    it('prints a contact sheet as PDF', async () => {
      const { bytes } = await exportFile({ format: 'pdf', query: {}, title: 'Große Fahrt' })
      expect(bytes.subarray(0, 5).toString()).toBe('%PDF-')
      const text = bytes.toString('latin1')
      expect(text.match(/\/Subtype \/Image/g)).toHaveLength(5)
      expect(text.match(/\/Type \/Page\b(?!s)/g)).toHaveLength(1)
      expect(text.trimEnd().endsWith('%%EOF')).toBe(true)
      const empty = await exportFile({ format: 'pdf', query: { directory: 'none' } })
      expect(empty.bytes.toString('latin1').trimEnd().endsWith('%%EOF')).toBe(true)
    })

    it('writes a page whose names are text', async () => {
      const page = (await exportFile({ format: 'html', query: {}, title: '<i>' })).bytes.toString('utf8')
      expect(page).toContain('<h1>&lt;i&gt;</h1>')
      expect(page).toContain('Ünï &amp; &lt;b&gt;.jpg')
      expect(page).toContain('<small>2021-01-02 (file) · 140 × 100 · a/1.png</small>')
      expect(page).toContain('<small>2020-05-04 · 3000 × 1500 · b/big.jpg</small>')
      expect(page.match(/src="data:image\/webp;base64,/g)).toHaveLength(5)
    })

    it('names the file for every client, also those that read ASCII only', async () => {
      const { response } = await exportFile({ format: 'paths', query: BY_DATE, title: 'Fotos aus Köln' })
      expect(response.headers.get('content-disposition')).toBe(
        `attachment; filename="Fotos aus K?ln.txt"; filename*=UTF-8''Fotos%20aus%20K%C3%B6ln.txt`,
      )
    })

    it('exports a collection by date, under its name, as a form too', async () => {
      const { app, browser } = unchanged()
      const ids = [await idOf(app, 'a/1.png'), await idOf(app, 'b/big.jpg')]
      const created = await browser.post('/api/collections', { name: 'Best', image_ids: ids })
      const { id } = (await created.json()) as { id: string }
      const form = new FormData()
      form.set('export_json', JSON.stringify({ format: 'paths', collection: id }))
      const response = await app.http.request('/api/export', { method: 'POST', body: form })
      expect(response.headers.get('content-disposition')).toBe('attachment; filename=Best.txt')
      expect(await response.text()).toBe('b/big.jpg\na/1.png\n')
    })

    it('refuses a request that names no images, or several kinds of them', async () => {
      for (const body of [
        { format: 'zip' },
        { format: 'zip', query: {}, image_ids: [] },
        { format: 'zip', collection: crypto.randomUUID() },
        { format: 'exe', query: {} },
      ]) {
        const { response } = await exportFile(body)
        expect([400, 404, 422]).toContain(response.status)
      }
    })

    it('lists unreadable files, and exports the others', async () => {
      const { root, browser } = await openGallery(database)
      const stream = await browser.post('/api/export', { format: 'zip', query: BY_DATE })
      await rm(join(root, 'b/1.png'))
      const { directory, names } = await unpack(Buffer.from(await stream.arrayBuffer()))
      expect(names).toEqual(['a/1.png', ARCHIVED[1], ARCHIVED[3], 'b/big.jpg', 'not exported.txt'])
      expect(await readFile(join(directory, 'not exported.txt'), 'utf8')).toMatch(/^b\/1\.png: /)
    })

    it('closes the file that it reads, and the next one, when the archive is cancelled', async () => {
      const { root, app } = unchanged()
      const opened: FileHandle[] = []
      const sources = {
        async open({ path }: Image) {
          const file = await open(join(root, path))
          opened.push(file)
          return file
        },
      }
      const images = imagesInOrder(app.catalog, { filter: {}, orderBy: 'name', descending: false })
      for await (const part of archiveOfOriginals(sources, images, 'folders')) {
        expect(part.length).toBeGreaterThan(0)
        break
      }
      expect(opened.map(({ fd }) => fd)).toEqual([-1, -1])
    })

    it('leaves out a file that can’t be read, and ends one in which reading fails', async () => {
      const { root, app } = unchanged()
      const large = join(await temporaryDirectory(), 'large')
      await writeFile(large, Buffer.alloc(1_000_000))
      let failing: FileHandle | undefined
      // A directory opens like a file, and fails to be read.
      const places: Record<string, string> = { [NAMES[0]]: root, [NAMES[1]]: large }
      const sources = {
        async open({ path }: Image) {
          const file = await open(places[path] ?? join(root, path))
          if (path === NAMES[1]) failing = file
          return file
        },
      }
      const images = imagesInOrder(app.catalog, { filter: {}, orderBy: 'modifiedAt', descending: false })
      const parts: Uint8Array[] = []
      for await (const part of archiveOfOriginals(sources, images, 'folders')) {
        parts.push(part)
        // The entry of the second file has begun: what follows its first part can no longer be read.
        if (Buffer.from(part).includes(ARCHIVED[1]!)) await failing!.close()
      }
      const { directory, names } = await unpack(Buffer.concat(parts))
      expect(names).toEqual([...ARCHIVED.slice(1), 'b/big.jpg', 'not exported.txt'])
      const list = (await readFile(join(directory, 'not exported.txt'), 'utf8')).trim().split('\n')
      expect(list).toEqual([
        expect.stringMatching(/^a\/1\.png: EISDIR/),
        expect.stringMatching(/^a\/2 "x", y\.png: only its beginning could be read \(/),
      ])
      for (const [n, name] of [...NAMES.slice(2), 'b/big.jpg'].entries())
        expect(await readFile(join(directory, names[n + 1]!))).toEqual(await readFile(join(root, name)))
    })

    it('writes names that contain no paths and no formulas', async () => {
      const root = await temporaryDirectory()
      for (const [n, name] of ['a\\..\\..\\up.png', '=1+2.png'].entries())
        await writeSettled(join(root, name), await picture(n), new Date(Date.UTC(2021, n, 2)))
      const app = await startApp(await configFor(root, await database()))
      await app.join()
      await indexAll(app)
      const browser = openBrowser(app.http)
      const zip = await browser.post('/api/export', { format: 'zip', query: BY_DATE })
      expect((await unpack(Buffer.from(await zip.arrayBuffer()))).names).toEqual([
        'a_.._.._up.png',
        '=1+2.png',
      ])
      const csv = await browser.post('/api/export', { format: 'csv', query: BY_DATE, title: '\ud800' })
      expect((await csv.text()).split('\r\n')[2]).toMatch(/^'=1\+2\.png,/)
    })

    it('writes sidecars', async () => {
      const { bytes } = await exportFile({ format: 'xmp', query: { name_contains: 'big' } })
      const { directory, names } = await unpack(bytes)
      expect(names).toEqual(['b/big.jpg.xmp'])
      expect(await readFile(join(directory, names[0]!), 'utf8')).toContain(
        '<photoshop:DateCreated>2020-05-04T12:30:00</photoshop:DateCreated>',
      )
    })
  })
}
