import { once } from 'node:events'
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
/** More than requests to one of the routes for sign-in that are in progress at a time. */
const STALLED_SIGN_INS = 520
/** More than a server reads that closes the connection after 64 MiB. */
const LARGE_MIB = 70

async function serve(keys: Record<string, unknown> = {}): Promise<URL> {
  const app = await startApp(await configFor(await temporaryDirectory(), keys))
  const server = await listen(app.http, '127.0.0.1', 0)
  onTestFinished(() => server.close())
  return new URL(server.url)
}

/** Sends the beginning of a search whose body never ends. */
async function stall({ hostname, port, host }: URL, header = 'Transfer-Encoding: chunked'): Promise<Socket> {
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  await new Promise<void>((done) => socket.once('connect', done))
  socket.write(
    `POST /api/images/search HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${header}\r\n\r\n1\r\n{\r\n`,
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

it.each(['Content-Length: 20', 'Transfer-Encoding: chunked'])(
  'bodies that do not arrive from clients who are not signed in block neither sign-in nor others (%s)',
  async (length) => {
    const mail = await startMailServer({}, onTestFinished)
    const url = await serve(signInBy(mail, 'admin@example.org'))
    const sockets = Array.from({ length: STALLED_SIGN_INS }, async () => {
      const socket = connect(Number(url.port), url.hostname)
      onTestFinished(() => void socket.destroy())
      const head = ['POST /api/auth/otp/verify HTTP/1.1', `Host: ${url.host}`, length]
      socket.write(`${head.join('\r\n')}\r\nExpect: 100-continue\r\n\r\n`)
      // The server has the head.
      await once(socket, 'data')
    })
    await Promise.all(sockets)
    expect((await fetch(new URL('/api/session', url))).status).toBe(200)
    expect((await fetch(new URL('/api/images', url))).status).toBe(401)
    const body = JSON.stringify({ email: 'admin@example.org' })
    const headers = { 'content-type': 'application/json' }
    const start = await fetch(new URL('/api/auth/otp/start', url), { method: 'POST', headers, body })
    expect(start.status).toBe(200)
  },
)

/**
 * Sends a large body as browsers do: whole, before the answer is read.
 * @returns the answer
 */
async function sendAll({ hostname, port, host }: URL, headers: readonly string[]): Promise<string> {
  const socket = connect(Number(port), hostname).pause()
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  const head = ['POST /api/images HTTP/1.1', `Host: ${host}`, ...headers]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  const isChunked = headers.some((header) => header.startsWith('Transfer-Encoding'))
  const piece = Buffer.alloc(1024 * 1024, ' ')
  for (let n = 0; n < LARGE_MIB; n++)
    for (const part of isChunked ? ['100000\r\n', piece, '\r\n'] : [piece])
      if (!socket.write(part)) await once(socket, 'drain')
  if (isChunked) socket.write('0\r\n\r\n')
  let answer = ''
  for await (const chunk of socket) {
    answer += chunk
    if (answer.includes('"code"')) break
  }
  return answer
}

it('the answer to a large body that is refused early arrives', async () => {
  const length = `Content-Length: ${LARGE_MIB * 1024 * 1024}`
  const form = 'Content-Type: multipart/form-data; boundary=b'
  const small = await serve({ 'limits.max_upload_bytes': 1024 * 1024 })
  expect(await sendAll(small, [form, length])).toMatch(/^HTTP\/1\.1 413 .*limits\.max_upload_bytes/s)
  expect(await sendAll(small, [form, 'Transfer-Encoding: chunked'])).toMatch(/^HTTP\/1\.1 413 /)
  const large = await serve({ 'limits.max_upload_bytes': 2 * LARGE_MIB * 1024 * 1024 })
  expect(await sendAll(large, [form, length])).toMatch(/^HTTP\/1\.1 400 .*The form can’t be read/s)
})

it('a body that is refused early does not keep its connection for longer than others', async () => {
  const app = await startApp(await configFor(await temporaryDirectory()))
  const server = await listen(app.http, '127.0.0.1', 0, { requestTimeoutMs: 600 })
  onTestFinished(() => server.close())
  const socket = await stall(new URL(server.url), 'Content-Length: 100000000')
  await once(socket.resume(), 'close')
})
