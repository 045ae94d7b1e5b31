import { copyFile, mkdir, open, readdir, rename, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { openVectorIndex } from './vector-index.ts'

const DIMENSIONS = 16

/** `[keys.length, DIMENSIONS]`, each different from all others. */
function vectorsOf(keys: readonly number[]): Float32Array {
  return Float32Array.from(
    keys.flatMap((key) => Array.from({ length: DIMENSIONS }, (_, i) => Math.sin(key * (i + 1)))),
  )
}

/** Saves an index of the first vectors. */
async function savedIndex(count: number) {
  const file = join(await temporaryDirectory(), 'index')
  const { index } = await openVectorIndex(file, DIMENSIONS)
  index.add(range(0, count), vectorsOf(range(0, count)))
  await index.save(Float64Array.from(range(0, count)))
  return { file, index }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

it('saves its contents at the time of the call, whatever is added while the file is written', async () => {
  const file = join(await temporaryDirectory(), 'index')
  const { index } = await openVectorIndex(file, DIMENSIONS)
  index.add(range(0, 600), vectorsOf(range(0, 600)))

  let isWritten = false
  const written = index.save(Float64Array.from(range(0, 600))).then(() => {
    isWritten = true
  })
  index.add(range(600, 700), vectorsOf(range(600, 700)))
  index.remove(range(0, 100))
  expect(index.search(vectorsOf([650]), 1)[0]?.key).toBe(650)
  expect(isWritten).toBe(false)
  await written

  const loaded = await openVectorIndex(file, DIMENSIONS)
  expect([...loaded.keys]).toEqual(range(0, 600))
  expect(loaded.index.size).toBe(600)
  expect(loaded.index.search(vectorsOf([50]), 1)[0]?.key).toBe(50)
  expect(loaded.index.search(vectorsOf([650]), 1)[0]?.key).not.toBe(650)
})

it('keeps the former file if the keys of the new one can not be written, and leaves no part of it', async () => {
  const { file, index } = await savedIndex(20)
  await mkdir(`${file}.keys.tmp`)
  index.add([20], vectorsOf([20]))
  await expect(index.save(Float64Array.from(range(0, 21)))).rejects.toThrow('EISDIR')
  expect((await openVectorIndex(file, DIMENSIONS)).keys).toHaveLength(20)
  await rmdir(`${file}.keys.tmp`)
  expect((await readdir(dirname(file))).sort()).toEqual(['index', 'index.keys'])
})

it('loads an index whose keys still have their temporary name', async () => {
  const { file, index } = await savedIndex(20)
  await copyFile(`${file}.keys`, `${file}.former`)
  index.add([20], vectorsOf([20]))
  await index.save(Float64Array.from(range(0, 21)))
  await rename(`${file}.keys`, `${file}.keys.tmp`)
  await rename(`${file}.former`, `${file}.keys`)
  expect((await openVectorIndex(file, DIMENSIONS)).keys).toHaveLength(21)
})

it('writes nothing if a file as large as the present one does not fit on the disk', async () => {
  const { file, index } = await savedIndex(20)
  const handle = await open(file, 'r+')
  // Sparse, and larger than a disk can be.
  await handle.truncate(2 ** 43).finally(() => handle.close())
  await expect(index.save(Float64Array.from(range(0, 20)))).rejects.toThrow('no space left')
  expect((await readdir(dirname(file))).sort()).toEqual(['index', 'index.keys'])
})
