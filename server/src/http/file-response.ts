import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Context } from 'hono'
import parseRange from 'range-parser'
import { DomainError, systemCodeOf } from '../errors.ts'

interface FileResponseOptions {
  contentType: string
  /** Strong: equal only for equal bytes. */
  etag: string
  /** What is sent: a file, and the version of it that the catalog knows … */
  file?: { path: string | Buffer; bytes: number; modifiedAt: number }
  /** … or the bytes themselves, made only if they are needed, and whether they were made from the content that the catalog knows. */
  body?: () => Promise<{ bytes: Uint8Array; matchesCatalog: boolean }>
  /** Under which name a browser saves it. */
  fileName?: string
}

/**
 * RFC 9111: an address that holds the content's hash (`?v=`) never changes its answer; any other is asked for again,
 * which costs a 304.
 */
const FOREVER = 'private, max-age=31536000, immutable'
const ASK_AGAIN = 'private, no-cache'

/** Answers with a file or bytes: conditional requests and, for files, a single range (RFC 9110, sections 13 and 14). */
export async function respondWithFile(context: Context, options: FileResponseOptions): Promise<Response> {
  const { contentType, etag, file, body, fileName } = options
  const headers = new Headers({
    'Content-Type': contentType,
    'Cache-Control': context.req.query('v') === undefined ? ASK_AGAIN : FOREVER,
    ETag: etag,
    // Whatever a file contains, a browser must not run it.
    'Content-Security-Policy': "default-src 'none'; sandbox",
  })
  if (fileName !== undefined) {
    headers.set(
      'Content-Disposition',
      `inline; filename*=UTF-8''${encodeURIComponent(fileName).replaceAll("'", '%27')}`,
    )
  }
  if (matches(context.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers })
  if (file === undefined) {
    const { bytes, matchesCatalog } = await body!()
    if (!matchesCatalog) markAsChanged(headers)
    return new Response(bytes as Uint8Array<ArrayBuffer>, { headers })
  }
  return respondWithRange(context, file, headers, etag)
}

/** Of a file that has changed and is not indexed yet, the answer must not be taken for the content of its tag. */
function markAsChanged(headers: Headers): void {
  headers.delete('ETag')
  headers.set('Cache-Control', ASK_AGAIN)
}

async function respondWithRange(
  context: Context,
  file: NonNullable<FileResponseOptions['file']>,
  headers: Headers,
  etag: string,
): Promise<Response> {
  const info = await statOf(file.path)
  const size = Number(info.size)
  const matchesCatalog = size === file.bytes && Number(info.mtimeMs) === file.modifiedAt
  if (matchesCatalog) headers.set('Accept-Ranges', 'bytes')
  else markAsChanged(headers)
  const requestedRange = matchesCatalog ? context.req.header('range') : undefined
  const condition = context.req.header('if-range')
  const ranges =
    requestedRange === undefined || (condition !== undefined && condition !== etag)
      ? undefined
      : parseRange(size, requestedRange)
  if (ranges === -1) {
    headers.set('Content-Range', `bytes */${size}`)
    return new Response(null, { status: 416, headers })
  }
  // A malformed range, one in another unit or several at once may be ignored.
  const range =
    typeof ranges === 'object' && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined
  headers.set('Content-Length', String(range === undefined ? size : range.end - range.start + 1))
  if (range !== undefined) headers.set('Content-Range', `bytes ${range.start}-${range.end}/${size}`)
  const status = range === undefined ? 200 : 206
  // Nobody would read, and so close, the file.
  if (context.req.method === 'HEAD') return new Response(null, { status, headers })
  const stream = createReadStream(file.path, range)
  return new Response(Readable.toWeb(stream) as ReadableStream, { status, headers })
}

async function statOf(file: string | Buffer) {
  const info = await stat(file, { bigint: true }).catch((error) => {
    if (systemCodeOf(error) !== 'ENOENT') throw error
  })
  // A named pipe would hold whoever opens it until somebody writes.
  if (!info?.isFile()) throw new DomainError('image_not_found', 'The file is no longer in the gallery.')
  return info
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return (
    header === '*' || header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag)
  )
}
