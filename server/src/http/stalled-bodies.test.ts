import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { configFor, startApp } from '../testing/app.ts'
import { signInBy, startMailServer } from '../testing/mail-server.ts'
import { circleSketch } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { listen } from './listen.ts'

/** More than searches that are in progress at a time. */
const STALLED = 40

async function serve(keys: Record<string, unknown> = {}): Promise<URL> {
  const app = await startApp(await configFor(await temporaryDirectory(), keys))
  const server = await listen(app.http, '127.0.0.1', 0)
  onTestFinished(() => server.close())
  return new URL(server.url)
}

/** Sends the beginning of a search whose body never ends. */
async function stall({ hostname, port, host }: URL): Promise<Socket> {
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  await new Promise<void>((done) => socket.once('connect', done))
  socket.write(
    `POST /api/images/search HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
  )
  return socket
}

it('bodies that do not arrive take no place from other searches', async () => {
  const url = await serve()
  for (let n = 0; n < STALLED; n++) await stall(url)
  const form = new FormData()
  form.set('image', new File([new Uint8Array(await circleSketch())], 'sketch.png'))
  form.set('top_k', '5')
  const found = await fetch(new URL('/api/images/similarity-search', url), { method: 'POST', body: form })
  expect(found.status).toBe(200)
})

it('a body without a length from a client who is not signed in is refused before it ends', async () => {
  const mail = await startMailServer({}, onTestFinished)
  const socket = await stall(await serve(signInBy(mail, 'admin@example.org')))
  socket.end()
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 401 /)
})
