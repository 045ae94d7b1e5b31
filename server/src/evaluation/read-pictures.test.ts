import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { readPictures } from './read-pictures.ts'

it('has at most one file for each core in memory, and leaves out those that fail', async () => {
  const directory = await temporaryDirectory()
  const items = Array.from({ length: 4 * availableParallelism() }, (_, n) => ({
    path: `${n}`,
    className: 'a',
    contentHash: `${n}`,
    file: join(directory, `${n}`),
  }))
  for (const { file, path } of items) await writeFile(file, path)
  let inMemory = 0
  let most = 0
  const losses: unknown[] = []
  const missing = { ...items[0]!, path: 'missing', file: join(directory, 'missing') }
  const pictures = await readPictures(
    [...items, missing],
    async (bytes) => {
      most = Math.max(most, ++inMemory)
      await new Promise(setImmediate)
      inMemory--
      const text = Buffer.from(bytes).toString()
      if (text === '1') throw new Error('it is damaged')
      return text
    },
    ({ path }, error) => losses.push([path, (error as Error).message]),
  )
  expect(most).toBeLessThanOrEqual(availableParallelism())
  expect(pictures.map(({ item, image }) => [item.path, image])).toEqual(
    items.filter(({ path }) => path !== '1').map(({ path }) => [path, path]),
  )
  expect(losses).toEqual([
    ['1', 'it is damaged'],
    ['missing', expect.stringMatching(/^ENOENT/)],
  ])
})
