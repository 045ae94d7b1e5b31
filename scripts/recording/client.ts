import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Sent {
  method: string
  path: string
  headers: Record<string, string>
  body: Uint8Array | undefined
}

/** Sends a request unchanged, also with headers and paths that `fetch` would refuse or change. */
export async function send(url: string, sent: Sent): Promise<Answer> {
  const message = await open(url, sent)
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  return { status: message.statusCode!, headers: message.headers, body: Buffer.concat(chunks) }
}

export interface EventReader {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Waits for an event that matches. @returns all events since the last call, each with its name and data */
  until(pattern: RegExp): Promise<string[]>
  /** The id of the first event of this name. */
  idOf(name: string): string
  close(): void
}

const EVENT_TIMEOUT_MS = 30_000

/** Opens a stream of Server-Sent Events and waits until it is connected. */
export async function openEvents(url: string, headers: Record<string, string>): Promise<EventReader> {
  const message = await open(url, { method: 'GET', path: '/api/fs/events', headers, body: undefined })
  let text = ''
  let taken = 0
  message.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  // Closing the stream destroys the connection.
  message.on('error', () => {})
  const found = () => [...text.slice(taken).matchAll(/event: (\S+)\ndata: (.*)\n/g)]
  await waitFor(
    () => text.includes(': connected'),
    () => `no stream of events: ${text}`,
  )
  return {
    status: message.statusCode!,
    headers: message.headers,
    async until(pattern) {
      const matches = () => found().some(([event]) => pattern.test(event))
      await waitFor(matches, () => `no event ${pattern} in: ${text.slice(taken)}`)
      const events = found().map(([, name, data]) => `${name} ${data}`)
      taken = text.length
      return events
    },
    idOf: (name) => new RegExp(`event: ${name}\\n.*\\nid: (\\S+)`).exec(text)![1]!,
    close: () => void message.destroy(),
  }
}

/** Waits until a condition holds. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  problem: () => string,
  timeoutMs = EVENT_TIMEOUT_MS,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(problem())
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

function open(url: string, { method, path, headers, body }: Sent): Promise<IncomingMessage> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) }
    const outgoing = request(
      { host: hostname, port, method, path, headers: { ...length, ...headers }, agent: false },
      resolve,
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
