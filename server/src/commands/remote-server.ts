import { type Command, Option } from 'commander'
import { addressOnServer } from '../addresses.ts'
import { DomainError } from '../errors.ts'
import { keyAdvice, unansweredBy } from '../remote-errors.ts'

export interface RemoteServer {
  /** Address of the page. */
  url: string
  /** An API key; a server without sign-in needs none. */
  apiKey?: string | undefined
}

/** A search or list that takes longer has failed. */
const TIMEOUT_MS = 60_000

/** Adds the options for commands that use the HTTP API of a running server. @param description of `--server` */
export function withServerOptions(command: Command, description: string): Command {
  return command
    .option('--server <url>', description)
    .addOption(
      new Option('--api-key <key>', 'API key for --server; in a variable, other users cannot see it').env(
        'SKETCH_SEARCH_API_KEY',
      ),
    )
}

/**
 * Sends a request to the HTTP API of a server.
 * @param purpose such as "the search", for error messages
 * @param init without a signal, the request fails after a minute
 * @returns the JSON of the response
 * @throws {DomainError} `invalid_request` for an address; `unavailable` if the server does not answer or refuses the request
 */
export async function askServer<T>(
  { url, apiKey }: RemoteServer,
  path: string,
  purpose: string,
  init: RequestInit = {},
): Promise<T> {
  const headers = new Headers(init.headers)
  if (apiKey !== undefined) headers.set('authorization', `Bearer ${apiKey}`)
  const signal = init.signal ?? AbortSignal.timeout(TIMEOUT_MS)
  const { response, text } = await send(addressOnServer(url, path), { ...init, headers, signal })
  const body = parsed(text)
  if (response.ok && body !== undefined) return body as T
  const reason = body?.error ?? `the status is ${response.status}`
  const advice = keyAdvice({ status: response.status, code: body?.code }, apiKey, 'user')
  throw new DomainError(
    'unavailable',
    `The server at ${url} did not carry out ${purpose}: ${reason.replace(/\.$/, '')}.${advice}`,
    body?.suggestions && { suggestions: body.suggestions },
  )
}

function parsed(text: string): { error?: string; code?: string; suggestions?: string[] } | undefined {
  try {
    return JSON.parse(text)
  } catch {
    // A page of a proxy.
    return undefined
  }
}

async function send(url: URL, init: RequestInit): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(url, init)
    return { response, text: await response.text() }
  } catch (error) {
    throw new DomainError('unavailable', unansweredBy(url.origin, error), { cause: error })
  }
}
