import { cp, rename, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hashOfFile } from '../hashing.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { galleryOf, itFindsChangesFromBefore } from '../testing/synced.ts'
import { eventually, temporaryDirectory } from '../testing/temporary.ts'

describe('scanning', () => {
  itFindsChangesFromBefore('more than are compared at once', 5_100)
})

describe('watching', () => {
  it('checks only the changed files of a large folder', async () => {
    const root = await galleryOf('many/a.png', 'many/b.png', 'many/below/c.png')
    await Promise.all(
      Array.from({ length: 2010 }, (_, n) => cp(join(root, 'many/a.png'), join(root, `many/copy-${n}.png`))),
    )
    const app = await startApp(await configFor(root))
    await indexAll(app)
    await app.sync.startWatching()
    const isKnown = async (path: string) => (await app.catalog.images.getByPath(path)) !== undefined
    const { id } = (await app.catalog.images.getByPath('many/b.png'))!
    await rename(join(root, 'many/b.png'), join(root, 'many/renamed.png'))
    await writeSettled(join(root, 'many/new.png'), await picture(70))
    await writeFile(join(root, 'many/note.txt'), 'no image')
    await unlink(join(root, 'many/copy-7.png'))
    await eventually(async () => {
      expect((await app.catalog.images.getByPath('many/renamed.png'))?.id).toBe(id)
      expect(await isKnown('many/new.png')).toBe(true)
      expect(await isKnown('many/copy-7.png')).toBe(false)
    })
    await rename(join(root, 'many/below'), join(root, 'many/beneath'))
    await symlink('new.png', join(root, 'many/link.png'))
    await eventually(async () => {
      expect(await isKnown('many/beneath/c.png')).toBe(true)
      expect(await isKnown('many/below/c.png')).toBe(false)
      expect(await isKnown('many/link.png')).toBe(true)
    })
    // The image of a link follows its target.
    const bytes = await picture(71)
    await writeSettled(join(root, 'many/new.png'), bytes)
    const hash = await hashOfFile(join(root, 'many/new.png'))
    await eventually(async () =>
      expect((await app.catalog.images.getByPath('many/link.png'))?.contentHash).toBe(hash),
    )
    await unlink(join(root, 'many/link.png'))
    await eventually(async () => expect(await isKnown('many/link.png')).toBe(false))
    expect(await app.catalog.images.counts()).toMatchObject({ indexed: 2013, failed: 0 })
    // A folder that goes as a whole is noticed, also if the one that held it is touched at the same time.
    await rename(join(root, 'many'), join(await temporaryDirectory(), 'many'))
    await utimes(root, new Date(), new Date())
    await expect.poll(() => app.sync.massRemoval).toMatchObject({ missing: 2013 })
  })
})
