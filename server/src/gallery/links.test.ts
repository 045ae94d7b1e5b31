import { mkdir, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { isReached, realFileOf } from './links.ts'
import { statFile } from './stat-file.ts'
import { walk } from './walk.ts'

async function galleryWithLinks(links: Record<string, string>): Promise<string> {
  const root = await temporaryDirectory()
  for (const path of ['photos/a.jpg', 'photos/deep/b.jpg', '.hidden/c.jpg', 'data/d.jpg']) {
    await writeSettled(join(root, path), path)
  }
  await mkdir(join(root, 'album'))
  for (const [path, target] of Object.entries(links)) await symlink(target, join(root, path))
  return root
}

async function seen(root: string) {
  const options = { recursive: true, excluded: [join(root, 'data')] }
  const found = { files: [] as string[], unreadable: {} as Record<string, string>, excluded: [] as string[] }
  for await (const { files, unreadable, leftOutFolders } of walk(root, options, () => expect.unreachable())) {
    found.files.push(...files.map(({ path }) => path))
    for (const { stat, reason } of unreadable) found.unreadable[stat.path] = reason
    found.excluded.push(
      ...leftOutFolders
        .filter(({ rule, reason }) => reason !== undefined && rule !== 'link_loop')
        .map(({ path, reason }) => `${path}: ${reason}`),
    )
  }
  found.files.sort()
  return found
}

describe('symbolic links', () => {
  it('to files and folders of the gallery are followed', async () => {
    const root = await galleryWithLinks({ 'album/best.jpg': '../photos/a.jpg', 'album/2020': '../photos' })
    expect(await seen(root)).toEqual({
      files: [
        'album/2020/a.jpg',
        'album/2020/deep/b.jpg',
        'album/best.jpg',
        'photos/a.jpg',
        'photos/deep/b.jpg',
      ],
      unreadable: {},
      excluded: [],
    })
    const options = { recursive: true, excluded: [] }
    expect((await statFile(root, 'album/best.jpg', options))?.bytes).toBe('photos/a.jpg'.length)
    expect(realFileOf(root, 'album/2020/deep/b.jpg', options)).toBe(join(root, 'photos/deep/b.jpg'))
    expect(await isReached(root, 'album/2020/deep', options)).toBe(true)
  })

  it('that lead out, nowhere, in a circle or to excluded files are not followed', async () => {
    const root = await galleryWithLinks({
      'album/out.jpg': '/etc/hosts',
      'album/outside': '/etc',
      'album/broken.jpg': 'nothing',
      'album/self.jpg': 'self.jpg',
      'album/up': '..',
      'album/here': '.',
      'album/hidden.jpg': '../.hidden/c.jpg',
      'album/data': '../data',
      'album/folder.jpg': '/etc',
      'album/long.jpg': 'x'.repeat(300),
    })
    const { files, unreadable, excluded } = await seen(root)
    expect(files).toEqual(['photos/a.jpg', 'photos/deep/b.jpg'])
    expect(unreadable).toEqual({
      'album/out.jpg': expect.stringMatching(/out of the gallery/),
      'album/folder.jpg': expect.stringMatching(/out of the gallery/),
      'album/long.jpg': expect.stringMatching(/can't be followed \(ENAMETOOLONG\)/),
      'album/broken.jpg': expect.stringMatching(/nowhere/),
      'album/self.jpg': expect.stringMatching(/itself/),
      'album/hidden.jpg': expect.stringMatching(/hidden or system/),
    })
    expect(excluded).toEqual([
      expect.stringMatching(/^album\/data: .*hidden or system/),
      expect.stringMatching(/^album\/outside: .*out of the gallery/),
    ])
    const options = { recursive: true, excluded: [join(root, 'data')] }
    for (const path of ['album/out.jpg', 'album/outside/hosts', 'album/data/d.jpg', 'album/gone.jpg'])
      expect(realFileOf(root, path, options)).toBeUndefined()
    for (const path of ['album/up', 'album/outside', 'album/data', 'album/here/album'])
      expect(await isReached(root, path, options)).toBe(false)
  })

  it('end in spite of folders that link to each other', async () => {
    const root = await galleryWithLinks({ 'album/photos': '../photos', 'photos/album': '../album' })
    expect((await seen(root)).files).toEqual([
      'album/photos/a.jpg',
      'album/photos/deep/b.jpg',
      'photos/a.jpg',
      'photos/deep/b.jpg',
    ])
  })

  it('that take the place of a folder during a walk are not followed out of the gallery', async () => {
    const root = await galleryWithLinks({})
    const outside = await temporaryDirectory()
    await writeSettled(join(outside, 'deep/secret.jpg'), 'secret')
    const options = { recursive: true, excluded: [] }
    const files: string[] = []
    for await (const listing of walk(root, options, () => expect.unreachable())) {
      files.push(...listing.files.map(({ path }) => path))
      if (listing.directory !== 'photos') continue
      await rename(join(root, 'photos'), join(root, 'former'))
      await symlink(outside, join(root, 'photos'))
    }
    expect(files.sort()).toEqual(['data/d.jpg', 'photos/a.jpg'])
  })
})
