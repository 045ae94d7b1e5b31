import { mkdirSync, rmdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { watchGallery } from './watch.ts'

it.runIf(process.platform === 'linux')(
  'watches a folder that takes the place of another, also with the same inode (on Linux, where each folder is watched)',
  async () => {
    const root = await temporaryDirectory()
    const album = join(root, 'album')
    await mkdir(album)
    const changed: string[] = []
    const watcher = await watchGallery(root, {
      recursive: true,
      excluded: [],
      onChange: (changes) => changed.push(...changes.map(({ path }) => path)),
      onError: (error) => expect.unreachable(error.message),
      onRootGone: () => expect.unreachable('the root is not gone'),
    })
    onTestFinished(() => watcher.close())
    watcher.enter(album)
    rmdirSync(album)
    mkdirSync(album)
    await expect.poll(() => changed).toContain(join(album, 'album'))
    watcher.enter(album)
    await writeFile(join(album, 'a.png'), 'x')
    await expect.poll(() => changed).toContain(join(album, 'a.png'))
  },
)
