import type { ErrorCode, RejectedText } from '../../../server/src/errors.ts'
import type { ErrorWords } from '../messages/en/errors.ts'
import { loadErrorWords } from '../messages/errors.ts'
import { messages } from '../messages/messages.ts'

export type { RejectedText }

/** A failure of a request without a code from the server. */
export type RequestProblem =
  | 'unreachable'
  | 'proxy_unreachable'
  | 'too_large_for_proxy'
  | 'foreign_answer'
  | 'unknown'

/** A request that failed. `message` is a sentence in the language of the page. */
export class ApiError extends Error {
  readonly code: ErrorCode | RequestProblem
  /** Whether the server can't be reached, or reports that it can't answer for a while. */
  readonly isPassing: boolean
  /** Valid values that are similar to a rejected one, the nearest first. */
  readonly suggestions: readonly string[]
  /** The part of a text that each suggestion can take the place of. */
  readonly rejected: RejectedText | undefined

  /** @param status of the response; undefined if there was none */
  constructor(
    message: string,
    code: ErrorCode | RequestProblem,
    status: number | undefined,
    { suggestions = [], rejected }: Partial<Pick<ApiError, 'suggestions' | 'rejected'>> = {},
  ) {
    super(message)
    this.code = code
    this.suggestions = suggestions
    this.rejected = rejected
    this.isPassing = status === undefined || [502, 503, 504].includes(status)
  }
}

export function isPassing(error: unknown): error is ApiError {
  return error instanceof ApiError && error.isPassing
}

/** Converts the response to a failed request. @param body undefined if it is no JSON, because a proxy responded */
export async function responseError(body: unknown, status: number): Promise<ApiError> {
  if (body === undefined) return proxyError(status)
  const sentence = textOf(body, 'error') ?? messages.app.failed
  const code = textOf(body, 'code') as ErrorCode | undefined
  if (code === undefined) return new ApiError(sentence, 'unknown', status)
  return new ApiError(await wordsFor(code, sentence), code, status, {
    suggestions: suggestionsOf(body),
    rejected: rejectedIn(body),
  })
}

/** Uses the message of the server if the words can't be loaded, or lack the code of a newer server. */
async function wordsFor(code: ErrorCode, sentence: string): Promise<string> {
  const all: Partial<ErrorWords> = await loadErrorWords().catch(() => ({}))
  const words = all[code] ?? sentence
  return typeof words === 'string' ? words : words(sentence)
}

export function unreachable(): ApiError {
  return new ApiError(messages.app.unreachable, 'unreachable', undefined)
}

/** The failure for a response without JSON. */
export function proxyError(status: number): ApiError {
  if (status === 413) return new ApiError(messages.app.tooLargeForProxy, 'too_large_for_proxy', status)
  if ([502, 503, 504].includes(status))
    return new ApiError(messages.app.proxyUnreachable, 'proxy_unreachable', status)
  return new ApiError(messages.app.foreignAnswer, 'foreign_answer', status)
}

function textOf(body: unknown, key: string): string | undefined {
  const value = propertyOf(body, key)
  return typeof value === 'string' ? value : undefined
}

function suggestionsOf(body: unknown): string[] {
  const values = propertyOf(body, 'suggestions')
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : []
}

function rejectedIn(body: unknown): RejectedText | undefined {
  const rejected = propertyOf(body, 'rejected')
  const [text, start, end] = ['text', 'start', 'end'].map((key) => propertyOf(rejected, key))
  if (typeof text !== 'string' || typeof start !== 'number' || typeof end !== 'number') return undefined
  return { text, start, end }
}

function propertyOf(body: unknown, key: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, key) : undefined
}
