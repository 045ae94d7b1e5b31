import { expect, it } from 'vitest'
import { retry } from './retries.ts'

/** Messages of Citus as a node ended during a statement or could not be reached; their SQLSTATE is that of an internal error. */
const LOST_NODES = [
  'server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.',
  'connection to the remote node postgres@127.0.0.1:5433 failed with the following error: Connection refused',
]

it.each(LOST_NODES)('reports a node that has gone as unavailable: %s', async (message) => {
  const work = () => Promise.reject(Object.assign(new Error(message), { code: 'XX000' }))
  await expect(retry(work)).rejects.toMatchObject({ code: 'unavailable', retryAfterS: 2 })
})

it('reports a connection that was lost between the statements of a transaction as unavailable', async () => {
  const error = new Error('Client has encountered a connection error and is not queryable')
  await expect(retry(() => Promise.reject(error))).rejects.toMatchObject({ code: 'unavailable' })
})

it('passes other internal errors on', async () => {
  const error = Object.assign(new Error('cache lookup failed'), { code: 'XX000' })
  await expect(retry(() => Promise.reject(error))).rejects.toBe(error)
})
