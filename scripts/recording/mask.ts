import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import sharp from 'sharp'
import type { Answer } from './client.ts'

/** Headers that depend on the connection or the time, not on the product. */
const UNRECORDED_HEADERS = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding'])
/** Keys of JSON whose values are measurements. */
const MEASURED = new Set(['rate_per_s', 'eta_s', 'progress'])
const LONGEST_TEXT = 2000
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g
/** An id that the recording sends and that belongs to nothing. */
export const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000'
const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g
/** The time at the beginning of a line of the log. */
export const LOG_TIME = /\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d{4}\]/g
const HASH_LENGTHS = [64, 32, 12]

export interface RecordedAnswer {
  status: number
  headers: Record<string, string | null>
  body: unknown
}

/** Replaces values that differ from run to run by names: ids, hashes, times, tokens, ports and folders. */
export class Mask {
  readonly #names = new Map<string, string>()
  readonly #recorded = new Map<string, string>()
  readonly #start = Date.now()
  #common: Record<string, string> | undefined
  #queries = 0

  /** Replaces a text wherever it occurs. */
  name(text: string, name: string): void {
    this.#names.set(text, name)
  }

  /** Replaces the hash of a content, at each length at which it is shown. */
  nameContent(bytes: Uint8Array, name: string): void {
    const hash = createHash('sha256').update(bytes).digest('hex')
    for (const length of HASH_LENGTHS)
      if (!this.#names.has(hash.slice(0, length))) this.#names.set(hash.slice(0, length), `<hash of ${name}>`)
  }

  async answer({ status, headers, body }: Answer): Promise<RecordedAnswer> {
    const type = headers['content-type'] ?? ''
    const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    const content = await this.#body(plain, type)
    return { status, headers: this.#headers(headers, type), body: content }
  }

  text(text: string): string {
    let masked = text
    for (const [from, to] of this.#names) masked = masked.replaceAll(from, to)
    return (
      masked
        .replaceAll(UUID, (id) => (id === UNKNOWN_ID ? id : '<id>'))
        .replaceAll(LOG_TIME, '[<now>]')
        .replaceAll(ISO_TIME, (time) => (Date.parse(time) > this.#start - 3_600_000 ? '<now>' : time))
        // A stack names lines of code, and the folder that it lies in.
        .replaceAll(/("stack":")(?:[^"\\]|\\.)*"/g, '$1<stack>"')
        .replaceAll(/(127\.0\.0\.1|localhost):\d+/g, '$1:<port>')
        .replaceAll(/assets\/([\w.-]+)-[\w-]{8}\.(\w+)/g, 'assets/$1-<hash>.$2')
    )
  }

  json(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (Array.isArray(value)) return this.#list(value)
    if (typeof value !== 'object' || value === null) return value
    this.#learn(value)
    const masked = Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        MEASURED.has(key) && typeof inner === 'number' ? '<number>' : this.json(inner),
      ]),
    )
    return this.#shortened(masked)
  }

  #headers(headers: Answer['headers'], type: string): Record<string, string | null> {
    const recorded: Record<string, string> = {}
    for (const [name, value] of Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (UNRECORDED_HEADERS.has(name)) continue
      // The length of a response that contains times or rates differs.
      if (name === 'content-length' && !type.startsWith('image/') && headers['content-range'] === undefined)
        continue
      if (name === 'set-cookie')
        recorded[name] = (value as string[]).map((cookie) => cookie.replace(/=[^;]*/, '=<value>')).join('\n')
      else if (name === 'server-timing') recorded[name] = String(value).replaceAll(/dur=[\d.]+/g, 'dur=<ms>')
      else if (name === 'retry-after') recorded[name] = '<seconds>'
      // The time at which the page was built.
      else if (name === 'last-modified') recorded[name] = '<time>'
      else recorded[name] = this.text(String(value))
    }
    return this.#uncommon(recorded)
  }

  /** Headers that are on all answers are recorded with the first; from then on only what differs from them. */
  #uncommon(headers: Record<string, string>): Record<string, string | null> {
    if (this.#common === undefined) {
      const { 'content-type': _, 'cache-control': __, vary: ___, ...common } = headers
      this.#common = common
      return headers
    }
    const different = Object.entries(headers).filter(([name, value]) => this.#common![name] !== value)
    const missing = Object.keys(this.#common).filter((name) => !(name in headers))
    return Object.fromEntries([...different, ...missing.map((name) => [name, null] as const)])
  }

  async #body(bytes: Buffer, type: string): Promise<unknown> {
    if (bytes.length === 0) return null
    if (type.startsWith('image/')) return describePicture(bytes)
    const text = bytes.toString('utf8')
    if (type.startsWith('application/json')) {
      const value = this.json(JSON.parse(text))
      const short = JSON.stringify(value)
      return short.length <= 4 * LONGEST_TEXT ? value : digestOf(short)
    }
    const masked =
      type.startsWith('text/plain') && text.startsWith('# HELP') ? metrics(text) : this.text(text)
    return masked.length <= LONGEST_TEXT || type.startsWith('text/plain') ? masked : digestOf(masked)
  }

  /** Names ids after the objects that they belong to. */
  #learn(value: object): void {
    const { id, path, email, image_url: url } = value as Record<string, unknown>
    if (typeof id !== 'string') return
    if (typeof path === 'string') {
      this.#names.set(id, `<image ${path}>`)
      this.#names.set(id.toUpperCase(), `<IMAGE ${path}>`)
    }
    if (typeof email === 'string') this.#names.set(id, `<user ${email}>`)
    if (typeof url === 'string' && !this.#names.has(id)) this.#names.set(id, `<query ${++this.#queries}>`)
  }

  /** Images with the same time and score may come in any order, so they are ordered by path here. */
  #list(list: unknown[]): unknown[] {
    const images = list.filter((value): value is ListedImage => isListedImage(value))
    if (images.length < list.length) return list.map((value) => this.json(value))
    const [first, ...rest] = images
    // The image that is searched by comes first, also among its copies.
    const head = first?.score === undefined ? [] : [first]
    const places = (head.length === 0 ? images : rest).map((image, place) => ({ image, place }))
    places.sort((a, b) =>
      isTie(a.image, b.image) ? (a.image.path < b.image.path ? -1 : 1) : a.place - b.place,
    )
    return [...head, ...places.map(({ image }) => image)].map((value) => this.json(value))
  }

  /** An image that has been recorded whole is only named from then on. */
  #shortened(value: Record<string, unknown>): unknown {
    const { id, path, score, ...rest } = value
    if (typeof path !== 'string' || !('thumbnail_url' in rest)) return value
    const whole = JSON.stringify(rest)
    if (this.#recorded.get(path) !== whole) {
      this.#recorded.set(path, whole)
      return value
    }
    if (score === undefined) return `${id}`
    // Copies are equally good results in any order, and a page may end between them.
    const [, content] = /v=<hash of (.*)>/.exec(String(rest.thumbnail_url)) ?? []
    return `${content ?? id} ${score}`
  }
}

interface ListedImage {
  path: string
  score?: number
  modified_at: string
  thumbnail_url: string
}

function isListedImage(value: unknown): value is ListedImage {
  return typeof value === 'object' && value !== null && 'thumbnail_url' in value
}

function isTie(a: ListedImage, b: ListedImage): boolean {
  return a.score === b.score && (a.score !== undefined || a.modified_at === b.modified_at)
}

/** Describes the content of a picture in a way that does not depend on the processor, which affects compression. */
async function describePicture(bytes: Buffer): Promise<unknown> {
  try {
    const { format, width, height } = await sharp(bytes).metadata()
    const { data } = await sharp(bytes)
      .removeAlpha()
      .resize(3, 2, { fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true })
    return `${format} ${width}×${height}, ${[...data].map((value) => Math.round(value / 16)).join(' ')}`
  } catch {
    // A part of a file, or a format that only the product reads.
    return digestOf(bytes)
  }
}

/** Names, labels and help of all measurements; values only where they do not depend on the machine. */
function metrics(text: string): string {
  const lines = text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value = ''] = /^(\w+)(\{[^}]*\})? (\S+)$/.exec(line) ?? []
    if (line.startsWith('#') || name === '') return [line]
    if (name.endsWith('_bucket') || /^(nodejs|process)_/.test(name)) return []
    return [`${name}${labels} ${name.startsWith('sketch_search_i') ? value : '<number>'}`]
  })
  return lines.filter((line) => line !== '').join('\n')
}

function digestOf(content: string | Buffer): string {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16)
  return `${content.length} ${typeof content === 'string' ? 'characters' : 'bytes'}, ${hash}`
}
