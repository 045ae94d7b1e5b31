import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { DomainError } from '../errors.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { writeFile } from './export.ts'

async function* bodyOf(error?: Error) {
  yield Buffer.from('first ')
  if (error !== undefined) throw error
  yield Buffer.from('second')
}

it('reports why an export failed, and leaves no file', async () => {
  const folder = await temporaryDirectory()
  const file = join(folder, 'x.zip')
  const failures = [
    new DomainError('unavailable', 'PostgreSQL does not answer.'),
    Object.assign(new Error('terminating connection'), { code: '57P01' }),
    Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }),
  ]
  for (const failure of failures) await expect(writeFile(file, bodyOf(failure))).rejects.toBe(failure)
  expect(await readdir(folder)).toEqual([])
  await expect(writeFile(join(folder, 'none', 'x.zip'), bodyOf())).rejects.toThrow(
    "x.zip can't be written (ENOENT).",
  )
  await writeFile(file, bodyOf())
  expect(await readFile(file, 'utf8')).toBe('first second')
  expect(await readdir(folder)).toEqual(['x.zip'])
})
