import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import { answerInTime } from './answer-in-time.ts'

const TIMEOUT_MS = 50

/** Another thread, whose messages are read when sockets are. */
async function startEcho(): Promise<Worker> {
  const echo = new Worker(
    `const { parentPort } = require('node:worker_threads')
    parentPort.on('message', (message) => parentPort.postMessage(message))
    parentPort.postMessage('ready')`,
    { eval: true },
  )
  onTestFinished(async () => void (await echo.terminate()))
  await once(echo, 'message')
  return echo
}

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

it('accepts an answer that arrived while this thread was busy', async () => {
  const echo = await startEcho()
  const answer = once(echo, 'message')
  const accepted = new Promise((resolve) => {
    // After immediates, timers are next.
    setImmediate(() => {
      echo.postMessage('ping')
      resolve(answerInTime(answer, TIMEOUT_MS))
      block(20 * TIMEOUT_MS)
    })
  })
  expect(await accepted).toEqual(['ping'])
})

it('refuses an answer that is not there in time, and passes an error on', async () => {
  const never = new Promise(() => {})
  await expect(answerInTime(never, TIMEOUT_MS)).rejects.toThrow('The server does not answer.')
  const failed = Promise.reject(new Error('connection terminated'))
  await expect(answerInTime(failed, TIMEOUT_MS)).rejects.toThrow('connection terminated')
})
