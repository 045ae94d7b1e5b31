import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prepareDirectories } from '../app/directories.ts'
import { configFor, embeddedDatabase, startApp } from '../testing/app.ts'
import { canMount, mountDrive, unmount } from '../testing/mounts.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { describeDirectories, pathsIn } from './directories.contract.ts'

describeDirectories('watcher.directories with the embedded database', embeddedDatabase)

describe('watcher.directories', () => {
  it('refuses names that are taken and nested folders', async () => {
    const root = await temporaryDirectory()
    const [one, data] = [await temporaryDirectory(), await temporaryDirectory()]
    for (const folder of [join(one, 'below'), join(root, 'Taken'), join(data, 'x')]) await mkdir(folder)
    for (const [directories, message] of [
      [[{ name: 'Taken', path: one }], 'also the name of a file or folder'],
      [[{ name: 'In', path: join(root, 'Taken') }], 'inside the other'],
      [[{ name: 'Data', path: join(data, 'x') }], 'lies in the data directory'],
      [
        [
          { name: 'A', path: one },
          { name: 'a', path: data },
        ],
        'the name of two directories',
      ],
      [
        [
          { name: 'A', path: one },
          { name: 'B', path: join(one, 'below') },
        ],
        'inside the other',
      ],
    ] as const) {
      const config = await configFor(root, { 'watcher.directories': directories, data_directory: data })
      await expect(startApp(config), message).rejects.toThrow(message)
    }
    for (const name of ['a/b', '..', '.hidden', ''])
      await expect(configFor(root, { 'watcher.directories': [{ name, path: one }] }), name).rejects.toThrow(
        'watcher.directories.0.name',
      )
    await rm(join(root, 'Taken'), { recursive: true })
  })

  it('names all problems of the folders at once, each with its source', async () => {
    const [root, one] = [await temporaryDirectory(), await temporaryDirectory()]
    await writeSettled(join(root, 'a.png'), await picture(1))
    const directories = [
      { name: 'a.png', path: one },
      { name: 'B', path: join(one, '.') },
    ]
    const impossible = { 'watcher.directories': directories, data_directory: join(root, 'a.png/data') }
    const error = await prepareDirectories(await configFor(root, impossible)).catch((thrown) => thrown)
    expect(error.message).toContain(
      `watcher.directories.0 (test): "a.png": this is also the name of a file or folder in ${root}`,
    )
    expect(error.message).toContain(
      `watcher.directories.1 (test): "B": this and "a.png" are the same folder, ${one}`,
    )
    expect(error.message).toContain('The data directory')
    const missing = await configFor(join(root, 'none'), { 'watcher.directories': directories })
    await expect(prepareDirectories(missing)).rejects.toThrow(
      /there is no such folder[\s\S]*are the same folder/,
    )
  })
})

// Needs permission to mount drives, which not every machine grants.
describe.skipIf(!canMount())('watcher.directories on a drive (needs the right to mount)', () => {
  it('keeps the images while its mount point is empty', async () => {
    const root = await temporaryDirectory()
    const drive = await temporaryDirectory()
    mountDrive(drive)
    await writeSettled(join(root, 'a.png'), await picture(1))
    for (const n of [2, 3]) await writeSettled(join(drive, `${n}.png`), await picture(n))
    const app = await startApp(
      await configFor(root, { 'watcher.directories': [{ name: 'USB', path: drive }] }),
    )
    await app.start()
    await app.indexer.idle()
    expect(await pathsIn(app)).toEqual(['USB/2.png', 'USB/3.png', 'a.png'])
    unmount(drive)
    await expect.poll(() => app.sync.massRemoval).toEqual({ missing: 2, known: 3, places: ['USB'] })
    expect(await pathsIn(app)).toEqual(['USB/2.png', 'USB/3.png', 'a.png'])
  })
})
