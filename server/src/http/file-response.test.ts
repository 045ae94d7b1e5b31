import { appendFile, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { respondWithFile } from './file-response.ts'

it.each(['0123456789', ''])(
  'sends a file that grows meanwhile (%j) as long as announced',
  async (content) => {
    const path = join(await temporaryDirectory(), 'growing')
    await writeFile(path, content)
    const growing = async () => {
      const file = await open(path)
      const stat = file.stat.bind(file)
      file.stat = (async (options: { bigint: true }) => {
        const info = await stat(options)
        await appendFile(path, 'more')
        return info
      }) as typeof file.stat
      return file
    }
    const app = new Hono()
    app.get('/', (context) =>
      respondWithFile(context, {
        contentType: 'image/png',
        etag: '"1"',
        file: { open: growing, bytes: content.length, modifiedAt: 0 },
      }),
    )
    const response = await app.request('/')
    expect(response.headers.get('content-length')).toBe(String(content.length))
    expect(await response.text()).toBe(content)
  },
)
