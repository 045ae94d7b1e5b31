import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFor, type DatabaseKeys, indexAll, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

/** Tests of known files over HTTP, for every database. */
export function describeKnown(name: string, database: DatabaseKeys): void {
  describe(name, () => {
    it('recognises files by their bytes, also those in the trash', async () => {
      const root = await temporaryDirectory()
      for (const n of [1, 2]) await writeSettled(join(root, `${n}.png`), await picture(n))
      await writeSettled(join(root, 'copy of 1.png'), await picture(1))
      const app = await startApp(await configFor(root, await database()))
      await app.join()
      await indexAll(app)
      const browser = openBrowser(app.http)
      const hashOf = async (name: string) =>
        createHash('sha256')
          .update(await readFile(join(root, name)))
          .digest('hex')
      const [first, second] = [await hashOf('1.png'), await hashOf('2.png')]
      const { id } = (await app.catalog.images.getByPath('2.png'))!
      await browser.request('DELETE', `/api/images/${id}`)
      const sha256 = [second, 'ab'.repeat(32), first.toUpperCase(), first]
      const response = await browser.post('/api/images/known', { sha256 })
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({
        known: [
          { sha256: second, images: [], in_trash: true },
          { sha256: first, images: [{ path: '1.png' }, { path: 'copy of 1.png' }], in_trash: false },
        ],
      })
      expect((await browser.post('/api/images/known', { sha256: ['x'] })).status).toBe(422)
    })
  })
}
