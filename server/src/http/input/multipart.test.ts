import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { describe, expect, it } from 'vitest'
import { readMultipart } from './multipart.ts'

const CONTENT_TYPE = 'multipart/form-data; boundary=b'
const CHUNK_BYTES = 64 * 1024

/** A body that arrives in chunks, and the number of those that were read. */
function bodyOf(bytes: Buffer, chunkBytes = CHUNK_BYTES) {
  const read = { chunks: 0 }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = bytes.subarray(read.chunks * chunkBytes, ++read.chunks * chunkBytes)
        if (chunk.length === 0) controller.close()
        else controller.enqueue(chunk)
      },
    },
    { highWaterMark: 0 },
  )
  return { body: Readable.fromWeb(body as NodeReadableStream<Uint8Array>), read }
}

const read = (text: string | Buffer, chunkBytes?: number) =>
  readMultipart(bodyOf(Buffer.from(text), chunkBytes).body, CONTENT_TYPE, new AbortController().signal)

function part(disposition: string, content = '', headers = ''): string {
  return `--b\r\nContent-Disposition: form-data; ${disposition}\r\n${headers}\r\n${content}\r\n`
}

describe('a form', () => {
  it('is read with fields and files, regardless of chunks', async () => {
    const text = `${part('name="note"', 'ü')}${part('name="image"; filename="a/ü.png"', 'bytes', 'Content-Type: image/png\r\n')}${part('name="none"; filename=""')}--b--\r\n`
    for (const chunkBytes of [1, 7, CHUNK_BYTES]) {
      const form = await read(text, chunkBytes)
      expect(form.get('note')).toBe('ü')
      const image = form.get('image') as File
      expect([image.name, image.type, await image.text()]).toEqual(['a/ü.png', 'image/png', 'bytes'])
      expect((form.get('none') as File).name).toBe('')
    }
  })

  it('of a million parts is refused after the first few', async () => {
    const one = Buffer.from(part('name="a"'))
    const many = Buffer.alloc(one.length * 1_000_000, one)
    const { body, read } = bodyOf(many)
    const form = readMultipart(body, CONTENT_TYPE, new AbortController().signal)
    await expect(form).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/256 parts/),
    })
    expect(read.chunks).toBeLessThan(10)
  })

  it.each([
    ['a header of 50 MB', `X-Long: ${'y'.repeat(50_000_000)}\r\n`, ''],
    ['a million headers', 'X-Many: y\r\n'.repeat(1_000_000), ''],
    ['a part of 50 MB that has no name', '', 'y'.repeat(50_000_000)],
  ])('with %s is refused after the first few', async (_, headers, content) => {
    const disposition = content === '' ? 'form-data; name="a"' : 'attachment'
    const { body, read } = bodyOf(
      Buffer.from(`--b\r\nContent-Disposition: ${disposition}\r\n${headers}\r\n${content}\r\n--b--\r\n`),
    )
    const form = readMultipart(body, CONTENT_TYPE, new AbortController().signal)
    await expect(form).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/headers/),
    })
    expect(read.chunks).toBeLessThan(40)
  })

  it('of 100 files of 3 MB is read', async () => {
    const file = part('name="image"; filename="a.png"', 'x'.repeat(3_000_000))
    const form = await read(`${file.repeat(100)}--b--\r\n`)
    expect(form.getAll('image').map((image) => (image as File).size)).toEqual(Array(100).fill(3_000_000))
  })

  it.each([
    ['that ends in the middle', part('name="a"', 'x')],
    [
      'that ends in the middle of a file',
      `--b\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\nx`,
    ],
    ['that is none', 'x'.repeat(1000)],
    ['with a field that is too long', `${part('name="a"', 'x'.repeat(2_200_000))}--b--\r\n`],
  ])('%s is refused', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('whose client disconnects in the middle of a file does not wait for the rest', async () => {
    const start = Buffer.from('--b\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\nx')
    const lost = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('the connection is lost')),
      start: (controller) => controller.enqueue(start),
    })
    const { signal } = new AbortController()
    await expect(
      readMultipart(Readable.fromWeb(lost as NodeReadableStream<Uint8Array>), CONTENT_TYPE, signal),
    ).rejects.toMatchObject({
      code: 'invalid_request',
    })
    const silent = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(start) })
    const reading = readMultipart(
      Readable.fromWeb(silent as NodeReadableStream<Uint8Array>),
      CONTENT_TYPE,
      AbortSignal.timeout(20),
    )
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('without a boundary is refused', async () => {
    const { body } = bodyOf(Buffer.from('x'))
    const form = readMultipart(body, 'multipart/form-data', new AbortController().signal)
    await expect(form).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
