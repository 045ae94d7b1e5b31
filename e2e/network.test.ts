/** Nothing leaves the machine: strace records every connection and packet of the product and its processes, in the environment of a user. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { findTransformers } from '../scripts/transformers.ts'
import { DEFAULT_EMBEDDER } from '../server/src/config/built-in.ts'
import { freePort } from '../server/src/testing/free-port.ts'
import { signInBy, startMailServer } from '../server/src/testing/mail-server.ts'
import { circleSketch, picture, writeSettled } from '../server/src/testing/pictures.ts'
import { startPostgres } from '../server/src/testing/postgres.ts'
import { untilIndexed } from './support/demo.ts'
import { writeExampleConfig } from './support/example-config.ts'
import { contactsIn, type OwnParts } from './support/network-trace.ts'
import { CLASSICAL, LAUNCH } from './support/product.ts'
import { startTraced, type TracedProgram } from './support/traced-program.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const EXAMPLES = join(ROOT, 'examples', 'embedders.yaml')
const CHOSEN = 'SERVER__EMBEDDER_REGISTRY__CHOSEN_EMBEDDER'
const EMBEDDERS = [
  'classical',
  DEFAULT_EMBEDDER,
  ...Object.keys(parse(await readFile(EXAMPLES, 'utf8')).embedder_registry.embedders),
]
/** ONNX Runtime waits about 8 seconds after it has loaded a model before it looks up the address of its collector. */
const WATCHED_FOR_MS = 15_000
const COUNT = 5
/** Several servers are traced at once, which takes several times as long where others use the cores. */
const TIMEOUT_MS = 480_000

let directory: string
let config: string
let gallery: string
let sketch: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sketch-search-network-'))
  config = await writeExampleConfig(directory)
  gallery = join(directory, 'gallery')
  for (let n = 0; n < COUNT; n++)
    await writeSettled(join(gallery, n % 2 === 0 ? 'round' : 'square', `${n}.png`), await picture(n))
  sketch = join(directory, 'sketch.png')
  await writeSettled(sketch, await circleSketch())
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** Starts a command under strace with nothing of the environment of the tests. */
async function start(args: string[], environment: Record<string, string> = {}, workingDirectory = ROOT) {
  return startTraced([...LAUNCH, ...args, '--config', config], {
    directory: await mkdtemp(join(directory, 'program-')),
    environment,
    workingDirectory,
  })
}

async function startServer(
  data: string,
  port: number,
  environment: Record<string, string> = {},
  workingDirectory = ROOT,
) {
  const args = ['serve', gallery, '--data-directory', data, '--port', String(port)]
  const server = await start(args, environment, workingDirectory)
  return { server, url: await server.printed(/Sketch-Search: (http:\S+)/) }
}

async function searchByAll(url: string): Promise<void> {
  const form = new FormData()
  form.set('image', new Blob([new Uint8Array(await readFile(sketch))], { type: 'image/png' }), 'sketch.png')
  form.set('kind', 'sketch')
  form.set('top_k', '5')
  const bySketch = await fetch(`${url}/api/images/similarity-search`, { method: 'POST', body: form })
  expect(bySketch.status, await bySketch.clone().text()).toBe(200)
  const { images } = (await (await fetch(`${url}/api/images`)).json()) as { images: { id: string }[] }
  const byImage = await fetch(`${url}/api/images/search-by-image`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ image_id: images[0]!.id, top_k: 5, query: {} }),
  })
  expect(byImage.status).toBe(200)
}

async function expectNothingLeft(program: TracedProgram, own: OwnParts): Promise<void> {
  expect(program.contacts(own)).toEqual([])
  expect(await program.foreignFiles()).toEqual([])
}

describe('the trace', () => {
  it('finds connections and packets of any kind, by process', () => {
    const trace = `
7 execve("/usr/bin/node", ["node", "/x/main.ts"], 0x7ffc /* 3 vars */) = 0
7 clone3({flags=CLONE_VM|CLONE_THREAD, stack=0x7f} => {parent_tid=[8]}, 88) = 8
8 clone3({flags=CLONE_VM|CLONE_THREAD, stack=0x7f}, 88 <unfinished ...>
10 connect(3, {sa_family=AF_UNIX, sun_path=@"abstract"}, 12) = 0
8 <... clone3 resumed> => {parent_tid=[10]}, 88) = 10
8 clone3({flags=CLONE_VM|CLONE_VFORK, stack=0x7f}, 88 <unfinished ...>
9 execve("/usr/bin/node", ["node", "--flag", "/x/process.ts"], 0x7ffc /* 3 vars */) = 0
8 <... clone3 resumed>) = 9
9 connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file)
9 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.1")}, 16 <unfinished ...>
8 sendto(3, "x", 1, 0, {sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "fe80::1", &sin6_addr), sin6_scope_id=0}, 28) = 1
7 sendmmsg(3, [{msg_hdr={msg_name={sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("10.0.0.2")}}}], 1, 0) = 1
7 sendto(3, "x", 1, MSG_NOSIGNAL, NULL, 0) = 1
7 io_uring_setup(256, {flags=0}) = -1 ENOSYS (Function not implemented) (INJECTED)`
    expect(contactsIn(trace)).toEqual([
      { process: 'node main.ts', call: 'connect', target: '@abstract' },
      { process: 'node process.ts', call: 'connect', target: '/var/run/nscd/socket' },
      { process: 'node process.ts', call: 'connect', target: '10.0.0.1:53' },
      { process: 'node main.ts', call: 'sendto', target: 'fe80::1:53' },
      { process: 'node main.ts', call: 'sendmmsg', target: '10.0.0.2:443' },
    ])
  })

  it('reports a program that looks up a name or sends a packet', async () => {
    const own = await mkdtemp(join(directory, 'program-'))
    const script = `
      await (await import('node:dns/promises')).lookup('sketch-search.example').catch(() => {})
      const socket = (await import('node:dgram')).createSocket('udp4')
      socket.send('x', 9, '127.0.0.1', () => socket.close())`
    const program = startTraced([process.execPath, '--input-type=module', '-e', script], { directory: own })
    await program.end()
    const targets = program.contacts({ ports: [], folders: [] }).map(({ target }) => target)
    expect(targets).toContain('127.0.0.1:9')
    expect(targets.length).toBeGreaterThan(1)
  })
})

describe('nothing leaves the machine', { timeout: TIMEOUT_MS }, () => {
  it.concurrent.each(EMBEDDERS)(
    'from a server that is switched to %s, indexes and searches',
    async (name) => {
      const data = await mkdtemp(join(directory, 'data-'))
      const before = await startServer(data, await freePort(), { ...CLASSICAL })
      await untilIndexed(before.url, COUNT)
      await before.server.stop()
      await expectNothingLeft(before.server, { ports: [], folders: [] })

      const elsewhere = name === 'transformers' ? findTransformers() : undefined
      const port = await freePort()
      const { server, url } = await startServer(data, port, { [CHOSEN]: name }, elsewhere)
      await untilIndexed(url, COUNT)
      await searchByAll(url)
      await sleep(WATCHED_FOR_MS)
      await server.stop()
      await expectNothingLeft(server, { ports: [], folders: [data] })
    },
  )

  it.concurrent.each([
    ['index', () => ['index', gallery]],
    ['search', () => ['search', gallery, '--sketch', sketch]],
    ['evaluate', () => ['evaluate', '--gallery', gallery, '--queries', gallery, '--kind', 'image']],
    ['embedders', () => ['embedders', gallery]],
    ['config', () => ['config', gallery]],
  ])('from the command %s', async (_, args) => {
    const data = await mkdtemp(join(directory, 'data-'))
    const program = await start([...args(), '--data-directory', data], { [CHOSEN]: DEFAULT_EMBEDDER })
    await program.end()
    await expectNothingLeft(program, { ports: [], folders: [data] })
  })

  it('from a server with sign-in and a worker, but to their database and mail server', async () => {
    const postgres = await startPostgres()
    onTestFinished(() => postgres.close())
    const mail = await startMailServer()
    const database = await postgres.createDatabase()
    const keys = Object.entries({
      ...signInBy(mail),
      ...Object.fromEntries(Object.entries(database).map(([key, value]) => [`database.${key}`, value])),
    })
    const environment = {
      [CHOSEN]: DEFAULT_EMBEDDER,
      ...Object.fromEntries(
        keys.map(([key, value]) => [`SERVER__${key.toUpperCase().replaceAll('.', '__')}`, String(value)]),
      ),
    }
    const data = await mkdtemp(join(directory, 'data-'))
    const { server, url } = await startServer(data, await freePort(), environment)
    const own = await mkdtemp(join(directory, 'data-'))
    const worker = await start(['worker', gallery, '--data-directory', own], environment)
    await worker.printed(/Sketch-Search worker/)
    const answer = await fetch(`${url}/api/auth/otp/start`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'admin@example.org' }),
    })
    expect(answer.status).toBe(200)
    await mail.codeFor('admin@example.org')
    await sleep(WATCHED_FOR_MS)
    await Promise.all([worker.stop(), server.stop()])
    await expectNothingLeft(server, { ports: [database.port!, mail.port], folders: [data] })
    await expectNothingLeft(worker, { ports: [database.port!], folders: [own] })
  })

  it('from npm start in a checkout', async () => {
    const own = await mkdtemp(join(directory, 'program-'))
    const program = startTraced(['npm', 'start', '--', '--version'], {
      directory: own,
      workingDirectory: ROOT,
    })
    await program.end()
    expect(program.contacts({ ports: [], folders: [] })).toEqual([])
  })
})
