import { z } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import type { HttpEnv } from '../../contract/routes.ts'
import { InvalidInput } from './problems.ts'
import { readInput } from './read-input.ts'

it('does not read a form whose size is that of an upload where JSON is expected', async () => {
  const schema = z.object({ name: z.string() })
  const app = new Hono<HttpEnv>()
  app.post('/', readInput({ body: { content: { 'application/json': { schema } } } }), (context) =>
    context.text('read'),
  )
  app.onError((error, context) => context.text(error.message, error instanceof InvalidInput ? 422 : 500))
  let pieces = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pieces++
      controller.enqueue(new Uint8Array(1024))
      if (pieces === 100) controller.close()
    },
  })
  const headers = { 'content-type': 'Multipart/Form-Data; boundary=b' }
  const refused = await app.request('/', { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
  expect(refused.status).toBe(422)
  // A stream prepares its first piece before it is read.
  expect(pieces).toBeLessThanOrEqual(1)
  const sent = await app.request('/', {
    method: 'POST',
    body: '{"name": "a"}',
    headers: { 'content-type': 'application/json' },
  })
  expect([sent.status, await sent.text()]).toEqual([200, 'read'])
})
