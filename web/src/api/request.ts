import type { ClientResponse } from 'hono/client'
import { type ApiError, proxyError, responseError, unreachable } from './errors.ts'
import { parseJson, serverUrl } from './server-url.ts'

/** Time since the last user action after which a request counts as sent by the page itself. */
const ACTIVE_MS = 60_000
let lastActAt = Date.now()
// Screen readers and voice control only click and enter text.
for (const act of ['pointermove', 'pointerdown', 'keydown', 'wheel', 'click', 'input', 'drop'])
  globalThis.addEventListener?.(act, noteAct, true)

/** Records a user action, such as each file of an upload that takes hours. */
export function noteAct(): void {
  lastActAt = Date.now()
}

const signedOutListeners = new Set<() => void>()

/** Calls a listener when the server responds that the user is not signed in. @returns a function that removes it */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener)
  return () => signedOutListeners.delete(listener)
}

/** Sends a request as `fetch` does. @throws {ApiError} for an error response, and if there is no response */
export async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  return rejectError(await arrived(fetch(addressOf(input), asSentBy(init))))
}

/**
 * Marks requests that must not extend a session, because the user may have left: those after changes of the gallery, and for
 * progress.
 */
function asSentBy(init: RequestInit | undefined): RequestInit | undefined {
  if (Date.now() - lastActAt < ACTIVE_MS) return init
  const headers = new Headers(init?.headers)
  headers.set('X-Passive', 'true')
  return { ...init, headers }
}

/** A response or its body. @throws {ApiError} if the connection is lost before it is complete */
async function arrived<T>(part: Promise<T>): Promise<T> {
  try {
    return await part
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw unreachable()
  }
}

type JsonResponse<T> = Pick<ClientResponse<T, number, 'json'>, 'json' | 'text' | 'status'>

/** The body of a response. @throws {ApiError} if it is no JSON, or incomplete */
export async function read<T>(sent: Promise<JsonResponse<T>>): Promise<T> {
  const response = await sent
  const body = parseJson(await arrived(response.text()))
  if (body === undefined) throw proxyError(response.status)
  return body as T
}

/** A form that may take a while. */
export interface Sending {
  /** Receives the share that has been sent, 0…1. */
  onProgress: ((share: number) => void) | undefined
  signal: AbortSignal | undefined
}

/** Like `send`, and reports how much has been sent, which `fetch` does not. */
export function sendWithProgress({ onProgress, signal }: Sending): typeof send {
  return async (input, init) => {
    const request = new XMLHttpRequest()
    const response = await new Promise<Response>((resolve, reject) => {
      if (onProgress !== undefined)
        request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total)
      request.onload = () => resolve(new Response(request.responseText, { status: request.status }))
      request.onerror = () => reject(unreachable())
      const abort = () => request.abort()
      if (signal?.aborted) return reject(new DOMException('aborted', 'AbortError'))
      signal?.addEventListener('abort', abort)
      request.onloadend = () => signal?.removeEventListener('abort', abort)
      request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
      request.open(init?.method ?? 'GET', addressOf(input))
      request.send(init?.body as XMLHttpRequestBodyInit)
    })
    return rejectError(response)
  }
}

/** @throws {ApiError} */
async function rejectError(response: Response): Promise<Response> {
  if (response.ok) return response
  throw await noted(responseError(parseJson(await arrived(response.text())), response.status))
}

/** Calls the listeners of `onSignedOut` if the session is over. */
export async function noted(failure: Promise<ApiError>): Promise<ApiError> {
  const error = await failure
  if (error.code === 'not_signed_in') for (const listener of signedOutListeners) listener()
  return error
}

/** The client names routes as paths of the server. */
function addressOf(input: RequestInfo | URL): string | URL {
  if (typeof input === 'string') return serverUrl(input)
  return input instanceof Request ? input.url : input
}
