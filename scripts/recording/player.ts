import { type Answer, send } from './client.ts'
import type { Mask, RecordedAnswer } from './mask.ts'

/** One line of the recording. */
export interface Recorded {
  /** Unique in the recording. */
  name: string
  content: unknown
}

/** Body of a request: JSON, the fields of a form, or bytes of another type. */
export type Body =
  | { json: unknown }
  | { form: Record<string, string | FormFile> }
  | { type: string; text: string }

export interface FormFile {
  name: string
  bytes: Uint8Array
}

export interface RequestOptions {
  headers?: Record<string, string>
  body?: Body
}

/** Sends requests to one server and records the answers. */
export class Player {
  readonly cookies = new Map<string, string>()
  readonly #url: string
  readonly #scene: string
  readonly #mask: Mask
  readonly #recording: Recorded[]

  constructor(url: string, scene: string, mask: Mask, recording: Recorded[]) {
    this.#url = url
    this.#scene = scene
    this.#mask = mask
    this.#recording = recording
  }

  /** The same server in another scene, with the same cookies. */
  in(scene: string): Player {
    const player = new Player(this.#url, scene, this.#mask, this.#recording)
    for (const [name, value] of this.cookies) player.cookies.set(name, value)
    return player
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, { headers })
  }

  post(path: string, body?: Body, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', path, { headers, ...(body !== undefined && { body }) })
  }

  /** Sends a request and records it with its answer. */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const answer = await this.unrecorded(method, path, options)
    this.record(`${method} ${path}`, describeOptions(options), await this.#mask.answer(answer))
    return answer
  }

  /** Sends a request of which only the effect counts. */
  async unrecorded(
    method: string,
    path: string,
    { headers = {}, body }: RequestOptions = {},
  ): Promise<Answer> {
    const encoded = body === undefined ? undefined : await encode(body)
    const answer = await send(this.#url, {
      method,
      path,
      headers: { ...this.#cookieHeader(), ...encoded?.headers, ...headers },
      body: encoded?.bytes,
    })
    for (const cookie of answer.headers['set-cookie'] ?? []) this.#take(cookie)
    return answer
  }

  record(request: string, sent: unknown, answer: RecordedAnswer): void {
    this.#push(request, { ...(sent !== undefined && { sent: this.#mask.json(sent) }), ...answer })
  }

  /** Adds a line to the recording. */
  write(what: string, content: unknown): void {
    this.#push(what, this.#mask.json(content))
  }

  /** Makes the name unique. */
  #push(what: string, content: unknown): void {
    const name = this.#mask.text(`${this.#scene}: ${what}`)
    const count = this.#recording.filter(
      (one) => one.name === name || one.name.startsWith(`${name} #`),
    ).length
    this.#recording.push({ name: count === 0 ? name : `${name} #${count + 1}`, content })
  }

  #cookieHeader(): Record<string, string> {
    if (this.cookies.size === 0) return {}
    return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  }

  #take(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split('; ')
    const name = pair.slice(0, pair.indexOf('='))
    if (attributes.some((attribute) => attribute.toLowerCase() === 'max-age=0')) this.cookies.delete(name)
    else this.cookies.set(name, pair.slice(name.length + 1))
  }
}

async function encode(body: Body): Promise<{ bytes: Uint8Array; headers: Record<string, string> }> {
  if ('json' in body)
    return { bytes: Buffer.from(JSON.stringify(body.json)), headers: { 'content-type': 'application/json' } }
  if ('text' in body) return { bytes: Buffer.from(body.text), headers: { 'content-type': body.type } }
  const form = new FormData()
  for (const [name, value] of Object.entries(body.form)) {
    if (typeof value === 'string') form.set(name, value)
    else form.set(name, new Blob([value.bytes as Uint8Array<ArrayBuffer>]), value.name)
  }
  const encoded = new Response(form)
  const type = encoded.headers.get('content-type')!
  return { bytes: new Uint8Array(await encoded.arrayBuffer()), headers: { 'content-type': type } }
}

/** Details of a request beyond its first line. */
function describeOptions({ headers, body }: RequestOptions): unknown {
  const described: Record<string, unknown> = {}
  if (headers !== undefined && Object.keys(headers).length > 0) described.headers = headers
  if (body !== undefined) described.body = describeBody(body)
  return Object.keys(described).length === 0 ? undefined : described
}

function describeBody(body: Body): unknown {
  if ('json' in body) return shortened(JSON.stringify(body.json), body.json)
  if ('text' in body) return `${body.type}: ${shortened(body.text, body.text)}`
  return Object.fromEntries(
    Object.entries(body.form).map(([name, value]) => [
      name,
      typeof value === 'string' ? shortened(value, value) : `${value.bytes.length} bytes as ${value.name}`,
    ]),
  )
}

function shortened(text: string, value: unknown): unknown {
  return text.length <= 500 ? value : `${text.length} characters: ${text.slice(0, 60)} …`
}
