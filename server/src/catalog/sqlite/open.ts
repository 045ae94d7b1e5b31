import { Worker } from 'node:worker_threads'
import { DomainError } from '../../errors.ts'
import type { Catalog } from '../catalog.ts'
import type { SqliteCatalogOptions } from './sqlite-catalog.ts'
import type { CatalogAnswer, CatalogCall } from './thread.ts'

type Method = keyof Catalog

interface Waiting {
  resolve: (result: unknown) => void
  reject: (error: Error) => void
}

const METHODS = [
  'useSpace',
  'getImage',
  'getImageByPath',
  'listImages',
  'findNearest',
  'vectorsOf',
  'countByDirectory',
  'counts',
  'listFailures',
  'knownFiles',
  'knownDirectories',
  'knownFilesByInode',
  'contentFacts',
  'putImages',
  'putFailure',
  'forgetFailures',
  'removeFiles',
  'moveFile',
  'collectGarbage',
  'nearPairs',
  'imagesOfContents',
  'sharedContents',
] as const satisfies readonly Method[]

/** Opens the SQLite catalog in a thread of its own. */
export function openSqliteCatalogThread(options: SqliteCatalogOptions): Catalog {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: options })
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let ended: Error | undefined

  worker.on('message', (answer: CatalogAnswer) => {
    const call = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) call?.reject(toError(answer.error))
    else call?.resolve(answer.result)
  })
  const end = (error: Error) => {
    ended ??= error
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  worker.on('error', end)
  worker.on('exit', () => end(new DomainError('unavailable', 'The catalog is closed.')))

  const call = (method: Method, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      if (ended !== undefined) return reject(ended)
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, method, args } satisfies CatalogCall)
    })
  const methods = METHODS.map((method) => [method, (...args: unknown[]) => call(method, args)])
  return {
    ...Object.fromEntries(methods),
    async close() {
      if (ended !== undefined) return
      await call('close', [])
      await worker.terminate()
    },
  }
}

/** Errors lose their class on the way between threads. */
function toError({ code, message, stack }: Extract<CatalogAnswer, { error: unknown }>['error']): Error {
  const error = code === undefined ? new Error(message) : new DomainError(code, message)
  if (stack !== undefined) error.stack = stack
  return error
}
