import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { isPassing } from './errors.ts'
import { noteAct, read, send } from './request.ts'

/** Starts a server that sends the headers of a response and half of its body. @param end what it does then */
async function startHalf(status: number, end: 'drop' | 'wait'): Promise<URL> {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': 40 })
    response.write('{"error":"half', () => {
      if (end === 'drop') response.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

describe('a response whose connection is lost in the middle', () => {
  it.each([200, 404])('of status %i is repeated like one that never came', async (status) => {
    const url = await startHalf(status, 'drop')
    const error = await read(send(url)).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'unreachable', message: 'The connection to the server was lost.' })
    expect(isPassing(error)).toBe(true)
  })

  it('by an abort of the request is reported as that', async () => {
    const ending = new AbortController()
    const response = await send(await startHalf(200, 'wait'), { signal: ending.signal })
    const reading = read(Promise.resolve(response)).catch((reason: unknown) => reason)
    ending.abort()
    expect(await reading).toMatchObject({ name: 'AbortError' })
  })
})

it('a request is marked if the user has done nothing for a minute', async () => {
  const server = createServer(({ headers }, response) => response.end(JSON.stringify(headers)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  const url = new URL(`http://127.0.0.1:${port}/`)
  const headersOf = async () => (await send(url, { headers: { accept: 'text/plain' } })).json()
  expect(await headersOf()).not.toHaveProperty('x-passive')
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
  onTestFinished(() => void vi.useRealTimers())
  expect(await headersOf()).toMatchObject({ accept: 'text/plain', 'x-passive': 'true' })
  noteAct()
  expect(await headersOf()).not.toHaveProperty('x-passive')
})
