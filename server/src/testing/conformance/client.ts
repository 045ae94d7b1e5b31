import { request as httpRequest } from 'node:http'

/** A client like those of the reference implementation: it keeps cookies and follows redirects. */
export interface Client {
  readonly url: string
  readonly cookies: Map<string, string>
  get(path: string): Promise<Reply>
  json(method: string, path: string, body: unknown): Promise<Reply>
  send(method: string, path: string, body?: string | Buffer, headers?: Record<string, string>): Promise<Reply>
  /** Sends a form with fields, and files as `[name, bytes]`. */
  form(
    path: string,
    parts: Record<string, string | readonly [name: string, bytes: Uint8Array]>,
  ): Promise<Reply>
}

export interface Reply {
  status: number
  headers: Record<string, string | string[] | undefined>
  bytes: Buffer
  body: Body
}

/** The fields that checks read, of all answers together: each answer has some of them. */
export interface Body {
  id: string
  email: string
  total: number
  image: ListedImage
  images: ListedImage[]
  users: { id: string }[]
  detail: { type: string; loc: unknown[]; input: unknown }[]
}

interface ListedImage {
  id: string
  user_visible_name: string
}

export function openClient(url: string, cookies = new Map<string, string>()): Client {
  const client: Client = {
    url,
    cookies,
    get: (path) => client.send('GET', path),
    json: (method, path, body) =>
      client.send(method, path, JSON.stringify(body), { 'content-type': 'application/json' }),
    form(path, parts) {
      const boundary = 'b0undary'
      const chunks = Object.entries(parts).flatMap(([name, value]) => {
        const isFile = typeof value !== 'string'
        const file = isFile ? `; filename="${value[0]}"\r\nContent-Type: image/png` : ''
        const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`
        return [Buffer.from(head), Buffer.from(isFile ? value[1] : value), Buffer.from('\r\n')]
      })
      return client.send('POST', path, Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]), {
        'content-type': `multipart/form-data; boundary=${boundary}`,
      })
    },
    send: (method, path, body, headers = {}) =>
      new Promise((resolve, reject) => {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
        const sent = httpRequest(
          `${url}${path}`,
          {
            method,
            headers: {
              ...(cookie !== '' && { cookie }),
              ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
              ...headers,
            },
          },
          (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk) => chunks.push(chunk))
            response.on('error', reject)
            response.on('end', () => {
              keepCookies(cookies, response.headers['set-cookie'] ?? [])
              resolve(toReply(response.statusCode!, response.headers, Buffer.concat(chunks)))
            })
          },
        )
        sent.on('error', reject)
        sent.end(body)
      }),
  }
  return client
}

function keepCookies(cookies: Map<string, string>, headers: readonly string[]): void {
  for (const header of headers) {
    const [pair = '', ...attributes] = header.split('; ')
    const name = pair.slice(0, pair.indexOf('='))
    if (attributes.includes('Max-Age=0')) cookies.delete(name)
    else cookies.set(name, pair.slice(name.length + 1))
  }
}

function toReply(status: number, headers: Reply['headers'], bytes: Buffer): Reply {
  const isJson = String(headers['content-type']).includes('json')
  return { status, headers, bytes, body: isJson ? JSON.parse(bytes.toString()) : {} }
}
