/** Measures how long other requests wait while hostile forms arrive: `node bench/forms.ts`. The forms are sent by a thread of their own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { CLASSICAL, startProduct } from '../e2e/support/product.ts'
import { LAG_PRECISION_MS } from '../server/src/http/metrics.ts'
import { probeRequests } from './probe.ts'
import { ms, percentile, table } from './support.ts'

const TIMES = 20
const TICK_MS = 10
const PART = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
const BODIES: Record<string, Buffer> = {
  'a million parts': Buffer.alloc(PART.length * 1_000_000, PART),
  'a header of 50 MB': Buffer.from(
    `--b\r\nContent-Disposition: form-data; name="a"\r\nX: ${'y'.repeat(50_000_000)}\r\n\r\nx\r\n--b--\r\n`,
  ),
}
const COLUMNS = [
  'what arrives, 20 times',
  'CPU time of the server, each',
  'its thread was busy for at most',
  'other requests: median',
  'p99',
  'slowest',
]

/** A server that refuses a form closes the connection while it is still being sent. */
const SENDER = `
  const { connect } = require('node:net')
  const { hostname, port, body } = require('node:worker_threads').workerData
  const socket = connect(port, hostname)
  socket.once('data', () => socket.destroy())
  socket.once('error', () => {})
  socket.write('POST /api/images HTTP/1.1\\r\\nHost: ' + hostname + ':' + port + '\\r\\n')
  socket.write('Content-Type: multipart/form-data; boundary=b\\r\\nContent-Length: ' + body.length + '\\r\\n\\r\\n')
  socket.write(body)`

const directory = mkdtempSync(join(tmpdir(), 'forms-'))
const product = await startProduct(directory, join(directory, 'data'), CLASSICAL)
try {
  await sleep(3_000)
  const rows = [await measure('nothing', () => sleep(200))]
  for (const [name, body] of Object.entries(BODIES)) rows.push(await measure(name, () => send(body)))
  console.log(table(COLUMNS, rows))
} finally {
  await product.stop()
  rmSync(directory, { recursive: true })
}

async function measure(name: string, run: () => Promise<unknown>): Promise<string[]> {
  await longestStallMs()
  const probe = probeRequests(product.url)
  const before = cpuMs()
  for (let n = 0; n < TIMES; n++) await run()
  const spent = (cpuMs() - before) / TIMES
  const waits = await probe.stop()
  const stall = await longestStallMs()
  return [
    name,
    ms(spent),
    ms(stall),
    ...[percentile(waits, 0.5), percentile(waits, 0.99), Math.max(...waits)].map(ms),
  ]
}

/** Longest time since the last call in which the thread of the server was blocked. */
async function longestStallMs(): Promise<number> {
  const metrics = await (await fetch(`${product.url}/metrics`)).text()
  const [, seconds] = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(metrics)!
  return 1000 * Number(seconds) - LAG_PRECISION_MS
}

/** Processor time of the server, on Linux. */
function cpuMs(): number {
  const pid = readFileSync(join(directory, 'data', 'lock.pid'), 'utf8').trim()
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13)
  return (Number(user) + Number(system)) * TICK_MS
}

/** Sends a form until the server closes the connection or has answered. */
function send(body: Buffer): Promise<void> {
  const { hostname, port } = new URL(product.url)
  const worker = new Worker(SENDER, { eval: true, workerData: { hostname, port: Number(port), body } })
  return new Promise((resolve, reject) => worker.once('error', reject).once('exit', () => resolve()))
}
