import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { openSavedQueryFiles } from './files.ts'
import type { SavedQuery } from './saved-queries.ts'

const MEGABYTE = 1024 ** 2

/** Makes a query some days old. */
async function age(directory: string, { id }: SavedQuery, days: number): Promise<void> {
  const time = new Date(Date.now() - days * 24 * 3600 * 1000)
  for (const ending of ['picture', 'json']) await utimes(join(directory, `${id}.${ending}`), time, time)
}

describe('saved queries', () => {
  it('return stored queries', async () => {
    const queries = openSavedQueryFiles(await temporaryDirectory())
    const { id } = await queries.keep(Buffer.from('picture'), 'sketch', [1, 2])
    expect(await queries.get(id)).toEqual({ id, kind: 'sketch', sketch: [1, 2] })
    expect((await queries.bytes(id)).toString()).toBe('picture')
    await expect(queries.get('../secret')).rejects.toMatchObject({ code: 'query_not_found' })
  })

  it('leave no part of one that could not be stored', async () => {
    const directory = await temporaryDirectory()
    const queries = openSavedQueryFiles(directory)
    const circular: unknown[] = []
    circular.push(circular)
    await expect(queries.keep(Buffer.from('picture'), 'sketch', circular)).rejects.toThrow()
    expect(await readdir(directory)).toEqual([])
  })

  it('expire, also when no others are added', async () => {
    const directory = await temporaryDirectory()
    const queries = openSavedQueryFiles(directory)
    await queries.removeExpired()
    const old = await queries.keep(Buffer.from('old'), 'image', null)
    await age(directory, old, 8)
    const recent = await queries.keep(Buffer.from('recent'), 'image', null)
    await age(directory, recent, 6)
    await queries.removeExpired()
    await expect(queries.get(old.id)).rejects.toMatchObject({ code: 'query_not_found' })
    expect((await queries.bytes(recent.id)).toString()).toBe('recent')
  })

  it('expire by age, or the oldest first above the total size, both files at once', async () => {
    const directory = await temporaryDirectory()
    const queries = openSavedQueryFiles(directory, { queries: 10, bytes: 70 * MEGABYTE })
    const large = Buffer.alloc(30 * MEGABYTE)
    const old = await queries.keep(Buffer.from('old'), 'image', null)
    await age(directory, old, 8)
    const first = await queries.keep(large, 'image', null)
    await age(directory, first, 2)
    const second = await queries.keep(large, 'image', null)
    await age(directory, second, 1)
    const third = await queries.keep(large, 'image', null)
    expect((await readdir(directory)).sort()).toEqual(
      [second, third].flatMap(({ id }) => [`${id}.json`, `${id}.picture`]).sort(),
    )
  })

  it('stay while they are pinned, and do not reduce the space for others', async () => {
    const queries = openSavedQueryFiles(await temporaryDirectory(), { queries: 2, bytes: 10 * MEGABYTE })
    const pinned: SavedQuery[] = []
    for (let n = 0; n < 3; n++) {
      const query = await queries.keep(Buffer.alloc(6 * MEGABYTE), 'image', null)
      await queries.pin(query.id)
      pinned.push(query)
    }
    const recent = await queries.keep(Buffer.from('recent'), 'image', null)
    await queries.removeExpired()
    for (const { id } of [...pinned, recent]) expect(await queries.get(id)).toMatchObject({ id })
  })
})
