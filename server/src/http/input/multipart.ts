import { pipeline } from 'node:stream/promises'
import { Busboy, type BusboyFileStream } from '@fastify/busboy'
import { DomainError } from '../../errors.ts'

/** Parts of a form. The largest request that the page sends has a hundred pictures and one field. */
const MAX_PARTS = 256
const MAX_FIELD_NAME_BYTES = 200
/** A field holds JSON, which is parsed in one piece. The longest are drawings, with up to two million characters. */
const MAX_FIELD_BYTES = 2 * 1024 * 1024
/** Headers of one part. A file name has at most a few thousand bytes. */
const MAX_HEADER_BYTES = 16 * 1024
const MAX_HEADERS = 32
/** The parser reads a whole piece before it stops, and 64 KiB can contain a thousand parts. */
const PIECE_BYTES = 16 * 1024
/** The parser skips the rest of a header that is too long, and parts without a name, but reads them to their end. */
const MAX_BYTES_WITHOUT_RESULT = MAX_FIELD_BYTES + MAX_HEADER_BYTES

/**
 * Reads a form while it arrives. A form with too many parts or too long headers is refused as soon as it exceeds the limit; the rest is
 * not read.
 * @throws {DomainError} `invalid_request`
 */
export async function readMultipart(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
  signal: AbortSignal,
): Promise<FormData> {
  const form = new FormData()
  const parser = openParser(contentType)
  const refuse = (reason: string) => parser.destroy(invalidForm(reason))
  const files: Promise<void>[] = []
  const streams: BusboyFileStream[] = []
  let bytesWithoutResult = 0
  const countResult = () => {
    bytesWithoutResult = 0
  }

  parser.on('file', (name, stream, fileName, _, type) => {
    const isNamed = hasName(name)
    countResult()
    streams.push(stream)
    files.push(
      collect(stream, countResult).then(
        (chunks) => void (isNamed && form.append(name, new File(chunks, fileName ?? '', { type }))),
      ),
    )
  })
  parser.on('field', (name, value, _, isTruncated) => {
    countResult()
    if (isTruncated) refuse(`a field has at most ${MAX_FIELD_BYTES} bytes`)
    else if (hasName(name)) form.append(name, value)
  })
  for (const event of ['partsLimit', 'fieldsLimit', 'filesLimit'] as const)
    parser.on(event, () => refuse(`it has more than ${MAX_PARTS} parts`))

  try {
    await pipeline(body, bounded, parser, { signal })
    await Promise.all(files)
  } catch (error) {
    // A parser that fails leaves the current file open, which would never end.
    for (const stream of streams) stream.destroy()
    await Promise.allSettled(files)
    if (error instanceof DomainError || signal.aborted) throw error
    throw invalidForm('it is not complete or not well-formed', error)
  }
  return form

  async function* bounded(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      if (bytesWithoutResult > MAX_BYTES_WITHOUT_RESULT)
        throw invalidForm(
          `the headers of a part have at most ${MAX_HEADER_BYTES} bytes, a field ${MAX_FIELD_BYTES}`,
        )
      bytesWithoutResult += chunk.length
      for (let start = 0; start < chunk.length; start += PIECE_BYTES)
        yield chunk.subarray(start, start + PIECE_BYTES)
    }
  }
}

function openParser(contentType: string) {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      preservePath: true,
      limits: {
        parts: MAX_PARTS,
        fields: MAX_PARTS,
        files: MAX_PARTS,
        fieldSize: MAX_FIELD_BYTES,
        fieldNameSize: MAX_FIELD_NAME_BYTES,
        headerPairs: MAX_HEADERS,
        headerSize: MAX_HEADER_BYTES,
      },
    })
  } catch (error) {
    throw invalidForm('its content type names no boundary', error)
  }
}

async function collect(stream: BusboyFileStream, onChunk: () => void): Promise<Uint8Array<ArrayBuffer>[]> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of stream) {
    onChunk()
    chunks.push(chunk)
  }
  return chunks
}

function hasName(name: string | undefined): name is string {
  return name !== undefined && Buffer.byteLength(name) <= MAX_FIELD_NAME_BYTES
}

function invalidForm(reason: string, cause?: unknown): DomainError {
  return new DomainError('invalid_request', `The form can’t be read: ${reason}.`, { cause })
}
