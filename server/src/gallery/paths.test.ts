import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import {
  directoryOf,
  joinPath,
  parseDirectory,
  parseDirectoryFilter,
  parseFileName,
  resolveDirectory,
  toGalleryPath,
} from './paths.ts'

describe('paths in the gallery', () => {
  it('are relative, with "." for the root', () => {
    expect(directoryOf('a.jpg')).toBe('.')
    expect(directoryOf('a/b/c.jpg')).toBe('a/b')
    expect(joinPath('.', 'a.jpg')).toBe('a.jpg')
    expect(toGalleryPath('/g', '/g')).toBe('.')
    expect(toGalleryPath('/g', '/g/a/b')).toBe('a/b')
  })

  it.each([
    '..',
    '../x',
    'a/../../x',
    '/etc',
    'a//b',
    'a\\b',
    'C:\\x',
    'c:x',
    'a\0b',
    'a/./b',
    'x'.repeat(256),
  ])('refuse the folder %j', (directory) => {
    expect(() => parseDirectory(directory)).toThrowError(expect.objectContaining({ code: 'invalid_path' }))
  })

  it.each(['../a.jpg', 'a/b.jpg', '..', '.', '', 'a\\b.jpg', 'a\nb.jpg', `${'é'.repeat(130)}.jpg`])(
    'refuse the file name %j',
    (name) => {
      expect(() => parseFileName(name)).toThrowError(expect.objectContaining({ code: 'invalid_path' }))
    },
  )

  it('accept any folder that can exist on disk in a filter', () => {
    expect(parseDirectoryFilter('D: drive/a\\b/')).toBe('D: drive/a\\b')
    expect(parseDirectoryFilter('')).toBe('.')
    expect(parseDirectoryFilter('/')).toBe('/')
  })

  it('accept ordinary and unusual names', () => {
    expect(parseDirectory('')).toBe('.')
    expect(parseDirectory('2024/Été à Paris/')).toBe('2024/Été à Paris')
    expect(parseFileName('a b 🙂.jpg')).toBe('a b 🙂.jpg')
  })

  it('do not follow symbolic links out of the gallery', async () => {
    const outside = await temporaryDirectory()
    const root = await temporaryDirectory()
    await mkdir(join(root, 'real'))
    await symlink(outside, join(root, 'out'))
    await symlink(join(root, 'real'), join(root, 'in'))
    await writeFile(join(root, 'file'), '')
    await expect(resolveDirectory(root, 'out')).rejects.toMatchObject({ code: 'invalid_path' })
    await expect(resolveDirectory(root, 'missing')).rejects.toMatchObject({ code: 'directory_not_found' })
    await expect(resolveDirectory(root, 'file')).rejects.toMatchObject({ code: 'directory_not_found' })
    await expect(resolveDirectory(root, 'in')).resolves.toBe(join(root, 'real'))
  })
})
