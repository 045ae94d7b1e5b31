import { mkdir, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { isIncluded } from './include.ts'
import { listDirectory } from './list-folder.ts'
import { hasExactCase, statFile } from './stat-file.ts'
import { walk } from './walk.ts'

const OPTIONS = { recursive: true, excluded: [] }

async function gallery(): Promise<string> {
  const root = await temporaryDirectory()
  for (const path of [
    'a.jpg',
    'note.txt',
    '.hidden.jpg',
    'x/b.PNG',
    'x/y/c.webp',
    '.git/d.jpg',
    '@eaDir/e.jpg',
    'data/f.jpg',
  ]) {
    await writeSettled(join(root, path), 'x')
  }
  await mkdir(join(root, 'folder.jpg'))
  await symlink(root, join(root, 'loop'))
  return root
}

async function allFiles(root: string, recursive: boolean): Promise<string[]> {
  const files: string[] = []
  const options = { recursive, excluded: [join(root, 'data')] }
  for await (const listing of walk(root, options, (_, error) => expect.unreachable(String(error)))) {
    files.push(...listing.files.map(({ path }) => path))
  }
  return files.sort()
}

describe('walk', () => {
  it('finds images and omits hidden, system and excluded folders', async () => {
    const root = await gallery()
    expect(await allFiles(root, true)).toEqual(['a.jpg', 'x/b.PNG', 'x/y/c.webp'])
    expect(await allFiles(root, false)).toEqual(['a.jpg'])
  })

  it('omits files and folders that match patterns, case-insensitively', async () => {
    const root = await gallery()
    const found = async (...ignored: string[]) => {
      const options = { recursive: true, excluded: [join(root, 'data')], ignored }
      const files: string[] = []
      for await (const listing of walk(root, options, (_, error) => expect.unreachable(String(error))))
        files.push(...listing.files.map(({ path }) => path))
      for (const path of ['a.jpg', 'x/b.PNG', 'x/y/c.webp'])
        expect([path, isIncluded(root, path, options)]).toEqual([path, files.includes(path)])
      return files.sort()
    }
    expect(await found('**/*.png')).toEqual(['a.jpg', 'x/y/c.webp'])
    expect(await found('*.JPG', 'y')).toEqual(['x/b.PNG', 'x/y/c.webp'])
    expect(await found('**/y')).toEqual(['a.jpg', 'x/b.PNG'])
    expect(await found('x/**')).toEqual(['a.jpg'])
    expect(await found('X')).toEqual(['a.jpg'])
    expect(await found('**/*.{jpg,webp}')).toEqual(['x/b.PNG'])
    expect(await found()).toEqual(['a.jpg', 'x/b.PNG', 'x/y/c.webp'])
  })

  it.each(['NFC', 'NFD'] as const)(
    'omits names in either Unicode form that a pattern in %s matches',
    async (form) => {
      const root = await temporaryDirectory()
      for (const name of ['NFC', 'NFD'] as const)
        await writeSettled(join(root, `${name}-é.png`.normalize(name)), 'x')
      const options = { recursive: true, excluded: [], ignored: ['*-é.png'.normalize(form)] }
      for await (const { files } of walk(root, options, (_, error) => expect.unreachable(String(error))))
        expect(files).toEqual([])
      expect(isIncluded(root, 'NFD-é.png'.normalize('NFD'), options)).toBe(false)
    },
  )

  it('detects whether a path has the case of the disk', async () => {
    const root = await gallery()
    expect(await hasExactCase(root, 'x/y/c.webp')).toBe(true)
    for (const path of ['X/y/c.webp', 'x/Y/c.webp', 'x/y/C.webp'])
      expect(await hasExactCase(root, path).catch(() => false)).toBe(false)
  })

  it('returns size and times of a file', async () => {
    const root = await gallery()
    expect(await statFile(root, 'a.jpg', OPTIONS)).toMatchObject({
      bytes: 1,
      modifiedAt: Date.parse('2020-01-02T03:04:05Z'),
      // As with a copy that keeps the time of its original.
      createdAt: Math.floor((await stat(join(root, 'a.jpg'))).ctimeMs),
    })
    expect(await statFile(root, 'folder.jpg', OPTIONS)).toBeUndefined()
    expect(await statFile(root, 'missing.jpg', OPTIONS)).toBeUndefined()
  })

  it('yields nothing for a missing folder', async () => {
    expect(await listDirectory(await gallery(), 'gone', { recursive: true, excluded: [] })).toBeUndefined()
  })
})
