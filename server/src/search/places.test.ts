import { expect, it } from 'vitest'
import { Places } from './places.ts'

it('lets work wait for a place, in order, and drops that of clients who have gone', async () => {
  const places = new Places(2)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const start = (name: string, signal = new AbortController().signal) =>
    places.run(signal, async () => {
      begun.push(name)
      await new Promise<void>((resolve) => ends.set(name, resolve))
      return name
    })
  const gone = new AbortController()
  const first = start('first')
  const second = start('second')
  const third = start('third', gone.signal)
  const fourth = start('fourth')
  expect(begun).toEqual(['first', 'second'])
  gone.abort(new Error('gone'))
  ends.get('second')!()
  expect(await second).toBe('second')
  await expect(third).rejects.toThrow('gone')
  await expect.poll(() => begun).toEqual(['first', 'second', 'fourth'])
  for (const end of ends.values()) end()
  expect(await Promise.all([first, fourth])).toEqual(['first', 'fourth'])
  const later = start('later')
  const last = start('last')
  expect(begun.slice(3)).toEqual(['later', 'last'])
  for (const end of ends.values()) end()
  expect(await Promise.all([later, last])).toEqual(['later', 'last'])
})

it('gives a place back after an error', async () => {
  const places = new Places(1)
  const { signal } = new AbortController()
  await expect(places.run(signal, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await places.run(signal, async () => 'done')).toBe('done')
})
