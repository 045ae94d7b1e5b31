import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { create as contentDisposition } from 'content-disposition'
import type { Context } from 'hono'
import parseRange from 'range-parser'
import { toTime } from '../gallery/stat-file.ts'

interface FileResponseOptions {
  contentType: string
  /** Strong: equal only for equal bytes. */
  etag: string
  /** Value of the parameter `v` in addresses of this content; undefined if it has no such address. */
  version?: string
  /** The file that is sent, and its version in the catalog. */
  file?: { open: () => Promise<FileHandle>; bytes: number; modifiedAt: number }
  /** Without a file: makes the bytes, if they are needed, and returns whether they come from the content in the catalog. */
  body?: () => Promise<{ bytes: Uint8Array; matchesCatalog: boolean; contentType?: string }>
  /** Name under which a browser saves it. */
  fileName?: string
}

/**
 * RFC 9111: an address with the hash of the content that is sent (`?v=`) always has the same response. Any other address is
 * revalidated, which costs a 304.
 */
const FOREVER = 'private, max-age=31536000, immutable'
const REVALIDATE = 'private, no-cache'

/** Responds with a file or bytes: conditional requests and, for files, a single range (RFC 9110, sections 13 and 14). */
export async function respondWithFile(context: Context, options: FileResponseOptions): Promise<Response> {
  const { contentType, etag, version, file, body, fileName } = options
  const isThisVersion = version !== undefined && context.req.query('v') === version
  const headers = new Headers({
    'Content-Type': contentType,
    'Cache-Control': isThisVersion ? FOREVER : REVALIDATE,
    ETag: etag,
    // A browser must not run the content of a file.
    'Content-Security-Policy': "default-src 'none'; sandbox",
  })
  if (fileName !== undefined)
    headers.set('Content-Disposition', contentDisposition(fileName, { type: 'inline' }))
  if (matches(context.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers })
  if (file === undefined) {
    const { bytes, matchesCatalog, contentType: actualType } = await body!()
    if (actualType !== undefined) headers.set('Content-Type', actualType)
    if (!matchesCatalog) markAsChanged(headers)
    return new Response(bytes as Uint8Array<ArrayBuffer>, { headers })
  }
  return respondWithRange(context, file, headers, etag)
}

/** A file that has changed since it was indexed must not be cached under the tag of its earlier content. */
function markAsChanged(headers: Headers): void {
  headers.delete('ETag')
  headers.set('Cache-Control', REVALIDATE)
}

async function respondWithRange(
  context: Context,
  { open, bytes, modifiedAt }: NonNullable<FileResponseOptions['file']>,
  headers: Headers,
  etag: string,
): Promise<Response> {
  const file = await open()
  let isStreaming = false
  try {
    const info = await file.stat({ bigint: true })
    const size = Number(info.size)
    const matchesCatalog = size === bytes && toTime(info.mtimeMs) === modifiedAt
    if (matchesCatalog) headers.set('Accept-Ranges', 'bytes')
    else markAsChanged(headers)
    const range = matchesCatalog ? requestedRange(context, size, etag) : undefined
    if (range === 'unsatisfiable') {
      headers.set('Content-Range', `bytes */${size}`)
      return new Response(null, { status: 416, headers })
    }
    headers.set('Content-Length', String(range === undefined ? size : range.end - range.start + 1))
    if (range !== undefined) headers.set('Content-Range', `bytes ${range.start}-${range.end}/${size}`)
    const status = range === undefined ? 200 : 206
    // The stream would never be read, and the file never be closed.
    if (context.req.method === 'HEAD' || size === 0) return new Response(null, { status, headers })
    isStreaming = true
    // A file that is being written may have more bytes by now than its headers state.
    const stream = file.createReadStream(range ?? { start: 0, end: size - 1 })
    return new Response(Readable.toWeb(stream) as ReadableStream, { status, headers })
  } finally {
    if (!isStreaming) await file.close()
  }
}

/** @returns undefined for the whole file: a malformed range, one in another unit or several at once may be ignored */
function requestedRange(
  context: Context,
  size: number,
  etag: string,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const header = context.req.header('range')
  const condition = context.req.header('if-range')
  if (header === undefined || (condition !== undefined && condition !== etag)) return undefined
  const ranges = parseRange(size, header)
  if (ranges === -1) return 'unsatisfiable'
  return typeof ranges === 'object' && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return (
    header === '*' || header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag)
  )
}
