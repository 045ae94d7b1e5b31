import { Agent, request } from 'node:http'

/** A request that is sent again and again. */
export interface LoadRequest {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string | number>
  body?: Buffer
}

export interface LoadAnswer {
  status: number
  ms: number
  serverTiming: string
  /** Seconds that a rejected request is asked to wait; else 0. */
  retryAfterS: number
  bytes: number
}

export type HttpClient = ReturnType<typeof httpClient>

/**
 * Sends prepared requests over kept connections. A client of a benchmark shares the cores with the server: `fetch` with a form takes
 * several times as long for a request.
 */
export function httpClient(url: string, connections: number) {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const send = ({ method, path, headers = {}, body }: LoadRequest) =>
    new Promise<LoadAnswer>((resolve, reject) => {
      const start = performance.now()
      const options = { agent, hostname, port, method, path, headers }
      const sent = request(options, (response) => {
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
        })
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            ms: performance.now() - start,
            retryAfterS: Number(response.headers['retry-after'] ?? 0),
            serverTiming: String(response.headers['server-timing'] ?? ''),
            bytes,
          }),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    })
  return { send, close: () => agent.destroy() }
}

/** A form as bytes, so that each request costs its client no more than sending them. */
export async function formRequest(path: string, form: FormData): Promise<LoadRequest> {
  const encoded = new Response(form)
  const body = Buffer.from(await encoded.arrayBuffer())
  const headers = {
    'content-type': encoded.headers.get('content-type')!,
    'content-length': body.length,
  }
  return { method: 'POST', path, headers, body }
}
