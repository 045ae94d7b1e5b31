import { cp, mkdir, symlink, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { App } from '../app/compose.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { canMount, mountDrive, mountFolder, unmount } from '../testing/mounts.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { eventually, temporaryDirectory } from '../testing/temporary.ts'

const BY_NAME = { filter: {}, orderBy: 'name' as const, descending: false, offset: 0, limit: 1000 }

async function galleryOf(...paths: string[]): Promise<string> {
  const root = await temporaryDirectory()
  for (const [n, path] of paths.entries()) await writeSettled(join(root, path), await picture(n))
  return root
}

async function mountedAt(root: string, path: string, name?: string): Promise<string> {
  const drive = join(root, path)
  await mkdir(drive, { recursive: true })
  mountDrive(drive, name)
  return drive
}

async function fill(drive: string, ...names: string[]): Promise<void> {
  for (const name of names)
    await writeSettled(join(drive, name), await picture(100 + Number.parseInt(name, 10)))
}

async function pathsIn(app: App): Promise<string[]> {
  return (await app.catalog.images.list(BY_NAME)).images.map(({ path }) => path).sort()
}

async function idsIn(app: App): Promise<Map<string, string>> {
  return new Map((await app.catalog.images.list(BY_NAME)).images.map(({ path, id }) => [path, id]))
}

// Needs permission to mount drives, which not every machine grants.
describe.skipIf(!canMount())('a drive within the gallery (needs the right to mount)', () => {
  it('keeps its files while it is absent, and frees the space of permanently deleted ones', async () => {
    const root = await galleryOf('a.png', 'b.png', 'c.png', 'd.png')
    const drive = join(root, 'drive')
    await mkdir(drive)
    mountDrive(drive)
    for (const n of [1, 2]) await writeSettled(join(drive, `${n}.png`), await picture(10 + n))
    const config = await configFor(root)
    const first = await startApp(config)
    await indexAll(first)
    await first.sync.startWatching()
    const all = ['a.png', 'b.png', 'c.png', 'd.png', 'drive/1.png', 'drive/2.png']
    expect(await pathsIn(first)).toEqual(all)
    // A deletion on a mounted drive is real.
    await unlink(join(drive, '2.png'))
    await eventually(async () => expect(await pathsIn(first)).toEqual(all.slice(0, 5)))

    unmount(drive)
    await expect.poll(() => first.sync.massRemoval).toEqual({ missing: 1, known: 5, places: ['drive'] })
    await unlink(join(root, 'd.png'))
    await eventually(async () => expect(await pathsIn(first)).not.toContain('d.png'))
    expect(await pathsIn(first)).toContain('drive/1.png')
    await first.close()

    const second = await startApp(config)
    await indexAll(second)
    expect(second.sync.massRemoval).toEqual({ missing: 1, known: 4, places: ['drive'] })
    mountDrive(drive)
    await writeSettled(join(drive, '1.png'), await picture(11))
    await indexAll(second)
    expect(second.sync.massRemoval).toBeUndefined()
    unmount(drive)
    await indexAll(second)
    expect(second.sync.massRemoval).toEqual({ missing: 1, known: 4, places: ['drive'] })
    await second.sync.scan({ acceptsMissing: true })
    expect(await pathsIn(second)).toEqual(['a.png', 'b.png', 'c.png'])
    await writeSettled(join(drive, '3.png'), await picture(13))
    await indexAll(second)
    await unlink(join(drive, '3.png'))
    await indexAll(second)
    expect(second.sync.massRemoval).toBeUndefined()
    expect(await pathsIn(second)).toEqual(['a.png', 'b.png', 'c.png'])
  })

  it('may hold another one: neither is removed when the outer one returns first', async () => {
    const root = await galleryOf('a.png', 'b.png')
    const outer = await mountedAt(root, 'outer')
    const inner = await mountedAt(root, 'outer/inner')
    await fill(outer, '1.png')
    await fill(inner, '2.png')
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const before = await idsIn(app)
    unmount(inner)
    unmount(outer)
    await indexAll(app)
    expect(app.sync.massRemoval).toMatchObject({ missing: 2 })
    mountDrive(outer)
    await fill(outer, '1.png')
    await indexAll(app)
    await indexAll(app)
    expect(app.sync.massRemoval).toMatchObject({ missing: 1 })
    expect((await idsIn(app)).get('outer/inner/2.png')).toBe(before.get('outer/inner/2.png'))
  })

  it('shows its files by links while it is mounted, and keeps them by links, too', async () => {
    const root = await galleryOf('a.png', 'b.png')
    const drive = await mountedAt(root, 'drive')
    await fill(drive, '1.png')
    await symlink('drive', join(root, 'folder-link'))
    await symlink('drive/1.png', join(root, 'link.png'))
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const all = await idsIn(app)
    expect([...all.keys()].sort()).toEqual(['a.png', 'b.png', 'drive/1.png', 'folder-link/1.png', 'link.png'])
    unmount(drive)
    await indexAll(app)
    expect(await idsIn(app)).toEqual(all)
    mountDrive(drive)
    await fill(drive, '1.png')
    await indexAll(app)
    expect(app.sync.massRemoval).toBeUndefined()
    expect(await idsIn(app)).toEqual(all)
    // Without the link, its images are removed, whether the drive is mounted or not.
    await unlink(join(root, 'folder-link'))
    await unlink(join(root, 'link.png'))
    await indexAll(app)
    expect(app.sync.massRemoval).toBeUndefined()
    expect(await pathsIn(app)).toEqual(['a.png', 'b.png', 'drive/1.png'])
  })

  it('may return with a file less, and is not confused with another drive', async () => {
    const root = await galleryOf('a.png', 'b.png', 'c.png', 'd.png', 'e.png', 'f.png')
    const drive = await mountedAt(root, 'drive')
    await fill(drive, '1.png', '2.png', '3.png')
    const config = await configFor(root)
    const first = await startApp(config)
    await indexAll(first)
    unmount(drive)
    mountDrive(drive)
    await fill(drive, '1.png', '2.png')
    await indexAll(first)
    expect(first.sync.massRemoval).toBeUndefined()
    expect(await pathsIn(first)).not.toContain('drive/3.png')

    unmount(drive)
    mountDrive(drive, 'another')
    await fill(drive, '9.png')
    await indexAll(first)
    expect(first.sync.massRemoval).toMatchObject({ missing: 2 })
    await first.close()
    const second = await startApp(config)
    await indexAll(second)
    expect(second.sync.massRemoval).toMatchObject({ missing: 2 })
    expect(await pathsIn(second)).toEqual(
      expect.arrayContaining(['drive/1.png', 'drive/2.png', 'drive/9.png']),
    )
  })

  it('may be a bind mount of a folder on the same disk', async () => {
    const root = await galleryOf('a.png', 'b.png')
    const elsewhere = await galleryOf('x.png')
    await mkdir(join(root, 'shown'))
    mountFolder(elsewhere, join(root, 'shown'))
    const app = await startApp(await configFor(root))
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(['a.png', 'b.png', 'shown/x.png'])
    unmount(join(root, 'shown'))
    await indexAll(app)
    expect(app.sync.massRemoval).toMatchObject({ missing: 1 })
    expect(await pathsIn(app)).toContain('shown/x.png')
  })

  it('is not treated as moved when its files were copied and it is unplugged', async () => {
    const root = await galleryOf('a.png')
    const stick = await mountedAt(root, 'stick')
    await fill(stick, '1.png')
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const moved: unknown[] = []
    app.events.on('fileMoved', (move) => moved.push(move))
    await app.sync.startWatching()
    await cp(stick, join(root, 'import'), { recursive: true, preserveTimestamps: true })
    await eventually(async () => expect(await pathsIn(app)).toContain('import/1.png'))
    const before = await idsIn(app)
    unmount(stick)
    await expect.poll(() => app.sync.massRemoval).toMatchObject({ missing: 1 })
    expect(await idsIn(app)).toEqual(before)
    expect(moved).toEqual([])
  })
})
