import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { copyFailure, openRemoteGallery } from '../gallery/remote/remote-gallery.ts'
import { probeCopies } from '../gallery/remote/remote-reader.ts'
import { listen } from '../http/listen.ts'
import { configFor, startApp } from '../testing/app.ts'
import { freePort } from '../testing/free-port.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { GalleryMonitor } from './gallery-monitor.ts'
import { anyPause } from './storage-monitor.ts'

it('indexing waits while the server of the gallery does not answer, and goes on when it does', async () => {
  const port = await freePort()
  const gallery = openRemoteGallery(`http://127.0.0.1:${port}`, undefined)
  const lines: string[] = []
  const log = { warn: (line: string) => lines.push(line), info: (line: string) => lines.push(line) }
  const monitor = new GalleryMonitor({ gallery, probeCopies: async () => {}, checkEveryMs: 50, log })
  onTestFinished(() => monitor.close())
  const pause = anyPause([monitor])
  let resumed = 0
  pause.onResumed(() => resumed++)
  expect(pause.report(new Error('of a file'))).toBe(false)
  expect(pause.problem).toBeUndefined()

  const error = await gallery.stat('a.png').catch((reason: unknown) => reason)
  expect([pause.report(error), pause.report(error)]).toEqual([true, true])
  expect(pause.problem?.message).toContain('does not answer')
  const app = await startApp(await configFor(await temporaryDirectory()))
  const server = await listen(app.http, '127.0.0.1', port)
  onTestFinished(() => server.close())
  await expect.poll(() => resumed).toBe(1)
  expect(pause.problem).toBeUndefined()
  expect(lines).toEqual([
    expect.stringMatching(/ does not answer: .* Indexing waits until this is solved\.$/),
    'The files of the server can be read again.',
  ])
})

it('indexing waits while no copies can be written, and the file of the failure is left to other workers', async () => {
  let probes = 0
  const directory = join(await temporaryDirectory(), 'copies')
  await writeFile(directory, 'no folder')
  const monitor = new GalleryMonitor({
    gallery: { check: async () => {} },
    probeCopies() {
      probes++
      return probeCopies(directory)
    },
    checkEveryMs: 10,
    log: { warn() {}, info() {} },
  })
  onTestFinished(() => monitor.close())
  let resumed = 0
  monitor.onResumed(() => resumed++)
  const failure = (code: string) => copyFailure(Object.assign(new Error(`${code}: no, write`), { code }))
  expect([monitor.report(failure('ENAMETOOLONG')), monitor.problem]).toEqual([false, undefined])
  expect(monitor.report(failure('ENOSPC'))).toBe(false)
  expect(monitor.problem?.message).toBe('A copy cannot be written: no.')
  await expect.poll(() => probes).toBeGreaterThan(2)
  expect(resumed).toBe(0)
  await rm(directory)
  await expect.poll(() => resumed).toBe(1)
  expect(monitor.problem).toBeUndefined()
  expect(await readdir(directory)).toEqual([])
})
