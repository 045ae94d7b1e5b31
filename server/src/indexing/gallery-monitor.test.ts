import { expect, it, onTestFinished } from 'vitest'
import { openRemoteGallery } from '../gallery/remote/remote-gallery.ts'
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
  const monitor = new GalleryMonitor({ gallery, checkEveryMs: 50, log })
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
    expect.stringMatching(/ does not answer: .* Indexing waits for it\.$/),
    'The server of the gallery sends files again.',
  ])
})
