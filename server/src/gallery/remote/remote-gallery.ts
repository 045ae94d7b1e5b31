import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { addressOnServer } from '../../addresses.ts'
import { DomainError, systemCodeOf, systemReasonOf } from '../../errors.ts'
import { hashOfStream } from '../../hashing.ts'
import { causeOf, certificateProblem, keyAdvice, unansweredBy } from '../../remote-errors.ts'
import type { GalleryFiles } from '../gallery-files.ts'
import type { FileStat } from '../stat-file.ts'
import { FILE_HEADER, parseFileHeader } from './file-header.ts'

/** The server of the gallery does not answer, or does not accept the key: no file is to blame. */
export class GalleryUnavailable extends DomainError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('unavailable', message, options)
  }
}

/** This machine has no place for copies: neither the file nor the server is to blame. */
export class CopiesUnwritable extends DomainError {
  constructor(message: string) {
    super('unavailable', message)
  }
}

export interface RemoteGallery extends GalleryFiles {
  /** @throws {GalleryUnavailable} */
  check(): Promise<void>
  /**
   * Writes a file of the gallery to this machine. An interrupted transfer is continued.
   * @param maxBytes of a larger file only the stat is returned
   * @returns undefined if there is no such file (any more)
   * @throws {DomainError} `permission_denied` if the server may not read it; `unavailable`, also for a copy that can't be written
   */
  download(path: string, target: string | Buffer, maxBytes: number): Promise<FileStat | undefined>
  /** Ends all requests. */
  close(): void
}

/** Attempts of one request, while the server is busy or the connection breaks. */
const MAX_ATTEMPTS = 5
const RETRY_AFTER_MS = 1_000
/** A server that names a longer time is not waited for: the file is left to another attempt of its job. */
const MAX_WAIT_MS = 30_000
/** A stat that takes longer has failed. */
const STAT_TIMEOUT_MS = 60_000

/**
 * The gallery of a server, over HTTP.
 * @param url address of the page
 * @param apiKey an API key with the role `editor`; a server without sign-in needs none
 * @throws {DomainError} `invalid_request`
 */
export function openRemoteGallery(url: string, apiKey: string | undefined): RemoteGallery {
  return new HttpGallery(addressOnServer(url, 'api/fs/file'), apiKey)
}

class HttpGallery implements RemoteGallery {
  readonly #address: URL
  readonly #apiKey
  readonly #headers: Record<string, string>
  readonly #closing = new AbortController()

  constructor(address: URL, apiKey: string | undefined) {
    this.#address = address
    this.#apiKey = apiKey
    this.#headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  }

  async check(): Promise<void> {
    // The answer for a name that no file has shows whether the key is accepted.
    await this.stat('.')
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const signal = AbortSignal.timeout(STAT_TIMEOUT_MS)
    const response = await this.#request(path, { headers: { range: 'bytes=0-0' }, signal })
    await response?.body?.cancel()
    return response && fileOf(path, response)
  }

  async hash(path: string): Promise<string | undefined> {
    const response = await this.#content(path, {}).catch(() => undefined)
    return response?.body ? hashOfStream(response.body).catch(() => undefined) : undefined
  }

  async download(path: string, target: string | Buffer, maxBytes: number): Promise<FileStat | undefined> {
    let etag: string | null = null
    for (let attempt = 1; ; attempt++) {
      const received = etag === null ? 0 : await sizeOf(target)
      const headers: Record<string, string> =
        received === 0 ? {} : { range: `bytes=${received}-`, 'if-range': etag! }
      const response = await this.#content(path, { headers })
      if (response === undefined) return undefined
      const file = fileOf(path, response)
      // 416: everything had arrived before the connection broke.
      if (file.bytes > maxBytes || response.status === 416) {
        await response.body?.cancel()
        return file
      }
      etag = response.headers.get('etag')
      const output = createWriteStream(target, { flags: response.status === 206 ? 'a' : 'w' })
      try {
        await pipeline(response.body ?? [], output)
        return file
      } catch (error) {
        if (WRITE_FAILURES.has(systemCodeOf(error) ?? '')) throw copyFailure(error)
        // The server answered: the disk behind this file, or a limit of a proxy, may be the cause.
        if (attempt >= MAX_ATTEMPTS) throw new DomainError('unavailable', this.#silence(error))
        await this.#pause(RETRY_AFTER_MS)
      }
    }
  }

  close(): void {
    this.#closing.abort(new DomainError('unavailable', 'The worker ends.'))
  }

  /** Requests the bytes of a file. @returns undefined if there is no such file @throws {DomainError} */
  async #content(path: string, init: RequestInit): Promise<Response | undefined> {
    const response = await this.#request(path, init)
    return response === undefined || response.ok || response.status === 416
      ? response
      : this.#explain(response)
  }

  /** @returns undefined if there is no such file */
  async #request(path: string, init: RequestInit): Promise<Response | undefined> {
    const url = new URL(this.#address)
    url.searchParams.set('path', path)
    const { signal } = this.#closing
    const options = {
      ...init,
      headers: { ...this.#headers, ...init.headers },
      signal: init.signal ? AbortSignal.any([init.signal, signal]) : signal,
    }
    for (let attempt = 1; ; attempt++) {
      let waitMs = RETRY_AFTER_MS
      try {
        const response = await fetch(url, options)
        if (response.headers.has(FILE_HEADER)) return response
        waitMs = waitOf(response)
        if (attempt >= MAX_ATTEMPTS || !(waitMs <= MAX_WAIT_MS)) return await this.#explain(response)
        await response.body?.cancel()
      } catch (error) {
        if (error instanceof DomainError) throw error
        const isFinal = certificateProblem(causeOf(error)) !== undefined
        if (isFinal || attempt >= MAX_ATTEMPTS)
          throw new GalleryUnavailable(this.#silence(error), { cause: error })
      }
      await this.#pause(waitMs)
    }
  }

  /** @returns undefined for a file that is gone @throws {DomainError} `permission_denied`, `unavailable` */
  async #explain(response: Response): Promise<undefined> {
    const { status } = response
    const body = (await response.json().catch(() => ({}))) as { error?: string; code?: string }
    if (body.code === 'image_not_found') return undefined
    const reason = body.error ?? `the status is ${status}`
    if (body.code === 'permission_denied') throw new DomainError('permission_denied', reason)
    const isRefused = status === 401 || status === 403
    const advice = keyAdvice({ status, code: body.code }, this.#apiKey, 'editor')
    const message = `The server at ${this.#address.origin} does not send files: ${reason.replace(/\.$/, '')}.${advice}`
    // Any other status may be due to this file, or to one of several drives.
    const isServerAway = isAway(status) && body.code !== 'gallery_unavailable'
    throw isRefused || isServerAway
      ? new GalleryUnavailable(message)
      : new DomainError('unavailable', message)
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#closing
    await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
  }

  #silence(error: unknown): string {
    return unansweredBy(this.#address.origin, error)
  }
}

/** Milliseconds until the request may be sent again; infinite if the response is final. */
function waitOf({ status, headers }: Response): number {
  if (!isAway(status)) return Number.POSITIVE_INFINITY
  return headers.has('retry-after') ? 1000 * Number(headers.get('retry-after')) : RETRY_AFTER_MS
}

/** Whether a server has too much to do, or a proxy cannot reach it. */
function isAway(status: number): boolean {
  return [429, 502, 503, 504].includes(status)
}

/** Codes of the file system of this machine; a broken connection has others. */
const WRITE_FAILURES = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'EIO', 'EMFILE'])

/** Codes that every copy meets, unlike those of one name or one large file. */
const UNWRITABLE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'])

/** For a copy that cannot be written: neither the file nor the server is to blame. */
export function copyFailure(error: unknown): DomainError {
  // Without the code, by which the data directory would be examined.
  const reason = systemReasonOf(error).replace(/ \([A-Z0-9]+\)$/, '')
  const message = `A copy cannot be written: ${reason}.`
  return UNWRITABLE.has(systemCodeOf(error) ?? '')
    ? new CopiesUnwritable(message)
    : new DomainError('unavailable', message)
}

async function sizeOf(file: string | Buffer): Promise<number> {
  const found = await stat(file).catch(() => undefined)
  return found?.size ?? 0
}

function fileOf(path: string, response: Response): FileStat {
  return parseFileHeader(path, response.headers.get(FILE_HEADER)!)
}
