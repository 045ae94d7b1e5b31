import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFor, indexAll, startApp } from './testing/app.ts'
import { HOSTILE_FILES, writeHostileFiles } from './testing/hostile-files.ts'
import { imagesByName } from './testing/images.ts'
import { picture, writeSettled } from './testing/pictures.ts'
import { temporaryDirectory } from './testing/temporary.ts'

const DOCUMENT = new URL('../../bench/results/hostile-files.md', import.meta.url)

describe('hostile files', () => {
  it('are indexed or recorded with the reason, and harm no others', async () => {
    const root = await temporaryDirectory()
    await writeHostileFiles(root)
    for (let n = 0; n < 5; n++) await writeSettled(join(root, `good-${n}.png`), await picture(n))
    const app = await startApp(await configFor(root))
    const before = process.cpuUsage()
    await indexAll(app)
    const images = await imagesByName(app.catalog)
    const types = Object.fromEntries(images.map(({ path, contentType }) => [path, contentType]))
    const { failures } = await app.catalog.failures.list({ offset: 0, limit: 1000 })
    const reasons = Object.fromEntries(failures.map(({ path, reason }) => [path, reason]))
    const outcomes = HOSTILE_FILES.map(({ name }) => [name, types[name] ?? reasons[name] ?? 'left out'])
    expect(Object.fromEntries(outcomes)).toEqual(
      Object.fromEntries(
        HOSTILE_FILES.map(({ name, outcome }) => [
          name,
          outcome === 'left out'
            ? outcome
            : 'contentType' in outcome
              ? outcome.contentType
              : expect.stringMatching(outcome.reason),
        ]),
      ),
    )
    for (let n = 0; n < 5; n++) expect(types[`good-${n}.png`]).toBe('image/png')
    // Failed files are not read again until they change.
    await indexAll(app)
    expect((await app.catalog.failures.list({ offset: 0, limit: 1000 })).failures).toEqual(failures)
    // Processor time, including that of decoding threads, does not depend on other load.
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(60)
    // A browser only ever receives a picture.
    for (const { id, path } of images) {
      const { headers, status } = await app.http.request(`/api/images/${id}/view`)
      expect([path, status, headers.get('content-type')]).toEqual([path, 200, types[path]])
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect((await app.http.request(`/api/images/${id}/thumbnail`)).status).toBe(200)
    }
  })

  it('are each described', async () => {
    const text = await readFile(DOCUMENT, 'utf8')
    for (const { kind } of HOSTILE_FILES) expect(text).toContain(`| ${kind} |`)
  })
})
