import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { canMount, mountReadOnly } from '../testing/mounts.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { openRenditionStore } from './rendition-store.ts'

const hash = (letter: string) => letter.repeat(64)
const bytes = (size: number) => Buffer.alloc(size, 7)

it('deletes the least recently used versions when they take too much space', async () => {
  const directory = await temporaryDirectory()
  const store = openRenditionStore(directory, 250)
  await store.write(hash('a'), 256, bytes(100))
  await store.write(hash('b'), 512, bytes(100))
  expect(await store.read(hash('a'), 256)).toEqual(bytes(100))
  await store.write(hash('c'), 256, bytes(100))
  await expect.poll(() => store.read(hash('b'), 512)).toBeUndefined()
  expect(await store.read(hash('a'), 256)).toEqual(bytes(100))
  expect(await store.read(hash('c'), 256)).toEqual(bytes(100))
})

it('leaves no part of a version that could not be written', async () => {
  const directory = await temporaryDirectory()
  const folder = join(directory, '256', 'aa')
  await mkdir(join(folder, `${hash('a')}.webp`), { recursive: true })
  await expect(openRenditionStore(directory).write(hash('a'), 256, bytes(100))).rejects.toThrow()
  expect(await readdir(folder)).toEqual([`${hash('a')}.webp`])
})

it('counts the versions of earlier runs, in the order of their use', async () => {
  const directory = await temporaryDirectory()
  const before = openRenditionStore(directory, 1000)
  for (const letter of ['a', 'b', 'c']) await before.write(hash(letter), 256, bytes(100))
  for (const [n, letter] of ['b', 'a', 'c'].entries())
    await utimes(join(directory, '256', letter.repeat(2), `${hash(letter)}.webp`), n + 1, n + 1)
  const abandoned = join(directory, '256', 'aa', 'x.webp.1.tmp')
  await writeFile(abandoned, 'x')
  await utimes(abandoned, 1, 1)

  const store = openRenditionStore(directory, 350)
  await store.write(hash('d'), 1024, bytes(100))
  await expect.poll(() => store.read(hash('b'), 256)).toBeUndefined()
  for (const letter of ['a', 'c']) expect(await store.read(hash(letter), 256)).toEqual(bytes(100))
  expect(await store.read(hash('d'), 1024)).toEqual(bytes(100))
})

it('has no version of which only an empty file is left', async () => {
  const directory = await temporaryDirectory()
  const store = openRenditionStore(directory)
  await store.write(hash('a'), 256, bytes(100))
  await writeFile(join(directory, '256', 'aa', `${hash('a')}.webp`), '')
  expect(await store.read(hash('a'), 256)).toBeUndefined()
})

it.skipIf(!canMount())(
  'returns stored versions from a disk that is read-only by now (needs the right to mount)',
  async () => {
    const directory = await temporaryDirectory()
    await openRenditionStore(directory).write(hash('a'), 256, bytes(100))
    mountReadOnly(directory)
    expect(await openRenditionStore(directory).read(hash('a'), 256)).toEqual(bytes(100))
  },
)

it('removes all versions of an image', async () => {
  const store = openRenditionStore(await temporaryDirectory())
  await store.write(hash('a'), 256, bytes(1))
  await store.write(hash('a'), 1024, bytes(1))
  await store.write(hash('b'), 256, bytes(1))
  await store.remove(hash('a'))
  expect(await store.read(hash('a'), 256)).toBeUndefined()
  expect(await store.read(hash('a'), 1024)).toBeUndefined()
  expect(await store.read(hash('b'), 256)).toEqual(bytes(1))
})
