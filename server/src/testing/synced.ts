import { cp, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { App } from '../app/compose.ts'
import { configFor, indexAll, startApp } from './app.ts'
import { picture, writeSettled } from './pictures.ts'
import { temporaryDirectory } from './temporary.ts'

/** All images by name. */
export const BY_NAME = { filter: {}, orderBy: 'name' as const, descending: false, offset: 0, limit: 10_000 }

/** A gallery of pictures of their own content at these paths. */
export async function galleryOf(...paths: string[]): Promise<string> {
  const root = await temporaryDirectory()
  for (const [n, path] of paths.entries()) await writeSettled(join(root, path), await picture(n))
  return root
}

/** Paths of all images of the index. */
export async function pathsIn(app: App): Promise<string[]> {
  return (await app.catalog.images.list(BY_NAME)).images.map(({ path }) => path).sort()
}

/** Names of the events of interest, as they come. */
export function recordEvents(app: App): string[] {
  const seen: string[] = []
  for (const name of ['fileCreated', 'fileModified', 'fileDeleted', 'fileMoved'] as const) {
    app.events.on(name, () => seen.push(name))
  }
  return seen
}

/** Tests what a scan makes of changes from the time before it. @param others number of files beside those that change */
export function itFindsChangesFromBefore(among: string, others: number): void {
  it(`finds changes from before the start among ${among}, and keeps the id of a moved file`, async () => {
    const root = await galleryOf('stays.png', 'changes.png', 'goes.png', 'renamed.png', 'old/moves.png')
    for (let n = 0; n < others; n++) await cp(join(root, 'stays.png'), join(root, `copy-${n}.png`))
    const config = await configFor(root)
    const first = await startApp(config)
    await indexAll(first)
    const moved = await first.catalog.images.getByPath('old/moves.png')
    const renamed = await first.catalog.images.getByPath('renamed.png')
    const changed = await first.catalog.images.getByPath('changes.png')
    await first.close()

    await writeSettled(join(root, 'changes.png'), await picture(77), new Date('2021-01-01'))
    await unlink(join(root, 'goes.png'))
    await rename(join(root, 'old'), join(root, 'new'))
    await rename(join(root, 'renamed.png'), join(root, 'before.png'))
    await writeSettled(join(root, 'comes.png'), await picture(78))

    const second = await startApp(config)
    const events = recordEvents(second)
    await indexAll(second)
    const originals = async () => (await pathsIn(second)).filter((path) => !path.startsWith('copy-'))
    const expected = ['before.png', 'changes.png', 'comes.png', 'new/moves.png', 'stays.png']
    expect(await originals()).toEqual(expected)
    expect((await second.catalog.images.counts()).indexed).toBe(others + expected.length)
    expect((await second.catalog.images.getByPath('before.png'))?.id).toBe(renamed!.id)
    expect((await second.catalog.images.getByPath('new/moves.png'))?.id).toBe(moved!.id)
    const after = await second.catalog.images.getByPath('changes.png')
    expect(after).toMatchObject({ id: changed!.id })
    expect(after!.contentHash).not.toBe(changed!.contentHash)
    expect(events.sort()).toEqual(['fileCreated', 'fileDeleted', 'fileModified', 'fileMoved', 'fileMoved'])

    // Where nothing is gone, all rows of a large folder are not read at once.
    const reading = vi.spyOn(second.catalog.files, 'inFolder')
    await indexAll(second)
    expect(reading.mock.calls.flat().includes('.')).toBe(others === 0)
    expect(await originals()).toEqual(expected)
  })
}
