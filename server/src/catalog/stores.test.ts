import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { openSqliteCatalog } from './sqlite/catalog.ts'
import { callByName, READ_FROM, type ReadFrom, type StoreCall, type StoreName, storesOver } from './stores.ts'

const STORES = Object.keys(READ_FROM) as StoreName[]
const calls = (): { made: Parameters<StoreCall>[]; call: StoreCall } => {
  const made: Parameters<StoreCall>[] = []
  return {
    made,
    async call(...call) {
      made.push(call)
      return made.length
    },
  }
}

/** Methods of an object, or of the class that it is an instance of. */
const methodsOf = (store: object): string[] => {
  const names = [...Object.keys(store), ...Object.getOwnPropertyNames(Object.getPrototypeOf(store))]
  return names.filter((name) => !(name in Object.prototype))
}

describe('the table of calls', () => {
  it('has exactly the methods that a catalog has', async () => {
    const catalog = await openSqliteCatalog({ directory: await temporaryDirectory(), savesIndex: false })
    onTestFinished(() => catalog.close())
    for (const store of STORES)
      expect(methodsOf(catalog[store]).sort(), store).toEqual(Object.keys(READ_FROM[store]).sort())
  })

  it('has an entry for each method, or does not compile', () => {
    const failures: Record<keyof ReturnType<typeof storesOver>['failures'], ReadFrom> = READ_FROM.failures
    const { clear, ...others } = failures
    // @ts-expect-error `clear` is missing
    const incomplete: typeof failures = others
    expect({ ...incomplete, clear }).toEqual(READ_FROM.failures)
  })
})

describe('storesOver', () => {
  it('passes each call on with its name, its arguments and the server that may answer it', async () => {
    const { made, call } = calls()
    const stores = storesOver(call)
    expect(await stores.images.get('id')).toBe(1)
    await stores.vectors.similarPairs(5, 0.5)
    await stores.files.move('a', { path: 'b', inode: '1', modifiedAt: 2 })
    expect(made).toEqual([
      ['images', 'get', ['id'], 'replica, else primary'],
      ['vectors', 'similarPairs', [5, 0.5], 'replica'],
      ['files', 'move', ['a', { path: 'b', inode: '1', modifiedAt: 2 }], 'primary'],
    ])
  })
})

describe('callByName', () => {
  it('calls the method of that name and rejects one that does not exist', async () => {
    const { made, call } = calls()
    const stores = storesOver(call)
    await callByName(stores, 'failures', 'clear', [])
    expect(made).toEqual([['failures', 'clear', [], 'primary']])
    await expect(callByName(stores, 'failures', 'forget', [])).rejects.toThrow(/no method failures\.forget/)
  })
})
