import fs, { rm, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { picture } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { recognise } from './recognise.ts'
import { statFile } from './stat-file.ts'

const OPTIONS = { recursive: true, excluded: [] }

it('reads only the changed files of a folder again', async () => {
  const root = await temporaryDirectory()
  const statAt = async (path: string) => (await statFile(root, path, OPTIONS))!
  await writeFile(join(root, 'picture.bin'), await picture(1))
  await writeFile(join(root, 'note.txt'), 'note')
  await writeFile(join(root, 'a.xmp'), 'first')
  const files = await Promise.all(['picture.bin', 'note.txt', 'a.xmp'].map(statAt))
  const [image, note] = files
  expect(await recognise(root, '.', files)).toEqual({
    images: [image],
    others: files.slice(1),
    unreadable: [],
  })

  // A second reading would have other results.
  await rm(join(root, 'picture.bin'))
  await writeFile(join(root, 'note.txt'), await picture(2))
  await writeFile(join(root, 'a.xmp'), 'the second')
  const sidecar = await statAt('a.xmp')
  const unchanged = await recognise(root, '.', [image!, note!, sidecar])
  expect(unchanged).toEqual({ images: [image], others: [note, sidecar], unreadable: [] })

  const changed = await statAt('note.txt')
  const afterwards = await recognise(root, '.', [changed, sidecar])
  expect(afterwards).toEqual({ images: [changed], others: [sidecar], unreadable: [] })
})

it('reads a file again that could not be read', async () => {
  const root = await temporaryDirectory()
  await writeFile(join(root, 'picture.bin'), await picture(1))
  const files = [(await statFile(root, 'picture.bin', OPTIONS))!]
  const { open } = fs
  const replaceBy = (replacement: typeof open) => {
    fs.open = replacement
    syncBuiltinESMExports()
  }
  onTestFinished(() => replaceBy(open))
  replaceBy(() => Promise.reject(Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })))
  expect(await recognise(root, '.', files)).toEqual({ images: [], others: [], unreadable: files })
  replaceBy(open)
  expect(await recognise(root, '.', files)).toEqual({ images: files, others: [], unreadable: [] })
})
