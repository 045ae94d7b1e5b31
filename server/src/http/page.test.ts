import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { pageRoutes } from './page.ts'

async function serve(basePath: string): Promise<Hono> {
  const directory = await temporaryDirectory()
  await writeFile(join(directory, 'index.html'), '<script src="./assets/page.js"></script>')
  return new Hono({ strict: false }).route('/', pageRoutes(basePath, directory))
}

it('shows the page only where its relative addresses lead to its files', async () => {
  const app = await serve('/')
  for (const path of ['/', '/?text=dog', '/folder']) expect((await app.request(path)).status, path).toBe(200)
  for (const path of ['/folder/', '/folder/below', '/folder/below/?text=dog']) {
    const response = await app.request(path)
    const target = new URL(response.headers.get('location')!, `http://localhost${path}`)
    const expected = `/${new URL(path, 'http://localhost').search}`
    expect([response.status, target.pathname + target.search], path).toEqual([302, expected])
  }
})

it('adds the slash to the path that a reverse proxy passes on', async () => {
  const response = await (await serve('/photos')).request('/photos?text=dog')
  expect(response.headers.get('location')).toBe('./photos/?text=dog')
})
