import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { serve } from '@hono/node-server'
import { DomainError, systemCodeOf } from '../errors.ts'
import type { Router } from './routing.ts'

/** Maximum time in which a request has to arrive: enough for a large upload over a slow line. */
const REQUEST_TIMEOUT_MS = 10 * 60_000
const HEADERS_TIMEOUT_MS = 20_000

export interface RunningServer {
  url: string
  close(): Promise<void>
}

/**
 * @param basePath path that a reverse proxy passes on; requests without it are handled, too
 * @throws {DomainError} `unavailable` if the address can't be listened on, with what to do
 */
export async function listen(
  app: Router,
  host: string,
  port: number,
  { requestTimeoutMs = REQUEST_TIMEOUT_MS, basePath = '/' } = {},
): Promise<RunningServer> {
  await assertFree(host, port)
  // Interval in which Node looks for connections that have taken too long.
  const connectionsCheckingInterval = Math.min(10_000, requestTimeoutMs / 3)
  const headersTimeout = Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs)
  const serverOptions = { requestTimeout: requestTimeoutMs, headersTimeout, connectionsCheckingInterval }
  return new Promise((resolve) => {
    const server = serve(
      { fetch: app.fetch, hostname: host, port, serverOptions, autoCleanupIncoming: false },
      (address: AddressInfo) => {
        const hostname = address.family === 'IPv6' ? `[${address.address}]` : address.address
        resolve({ url: `http://${hostname}:${address.port}`, close: () => close(server as Server) })
      },
    )
    server.on('request', discardRest)
    if (basePath !== '/')
      server.prependListener('request', (request: IncomingMessage) => {
        if (request.url?.startsWith(`${basePath}/`)) request.url = request.url.slice(basePath.length)
      })
  })
}

/**
 * Reads on after an early answer, such as 413. If the connection were closed before the whole body has arrived, its reset would reach the
 * client instead of the answer: browsers send everything first. The timeout of requests holds for this, too.
 */
function discardRest(request: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    // A stream over the body would pause it again.
    if (!request.readableEnded) request.removeAllListeners('data').resume()
  })
}

function assertFree(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => {
      const code = systemCodeOf(error)
      const reason =
        code === 'EADDRINUSE'
          ? `port ${port} is in use: stop what uses it or give another, such as --port ${port + 1}`
          : code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
            ? `${host} is not an address of this machine: give another with --host`
            : error.message
      reject(
        new DomainError('unavailable', `The server can't listen on ${host}:${port}: ${reason}.`, {
          cause: error,
        }),
      )
    })
    probe.listen(port, host, () => probe.close(() => resolve()))
  })
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  // Streams of events would otherwise stay open for good.
  server.closeAllConnections()
  await closed
}
