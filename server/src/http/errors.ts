import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { z } from 'zod'
import { DomainError, type ErrorCode } from '../errors.ts'

const STATUS: Record<ErrorCode, ContentfulStatusCode> = {
  blank_sketch: 400,
  challenge_gone: 403,
  config_invalid: 500,
  conflict: 409,
  data_directory_in_use: 500,
  directory_not_found: 404,
  embedder_failed: 422,
  embedder_unavailable: 503,
  gallery_unavailable: 503,
  image_exists: 409,
  image_not_found: 404,
  image_too_large: 413,
  image_unreadable: 400,
  permission_denied: 403,
  query_not_found: 404,
  internal_error: 500,
  invalid_path: 400,
  invalid_request: 400,
  last_admin: 409,
  not_found: 404,
  not_indexed: 409,
  not_supported: 422,
  too_many_requests: 429,
  unavailable: 503,
  unknown_word: 422,
  user_exists: 409,
  user_not_found: 404,
  wrong_code: 401,
}

/** What a 5xx tells: never the message of what went wrong inside. */
const SERVER_SIDE: Partial<Record<ContentfulStatusCode, string>> = {
  500: 'Something went wrong in the server; its log tells what.',
  503: 'The server can’t answer this at the moment; try again soon.',
}

/** The one place where errors become answers. */
export function respondWithError(error: Error, context: Context, log: (error: Error) => void): Response {
  if (error instanceof HTTPException) {
    const code: ErrorCode = error.status === 413 ? 'image_too_large' : 'invalid_request'
    return context.json(
      { error: error.message || 'The request is not valid.', code },
      error.status as ContentfulStatusCode,
    )
  }
  const code = error instanceof DomainError ? error.code : 'internal_error'
  const status = STATUS[code]
  if (error instanceof DomainError && error.retryAfterS !== undefined)
    context.header('Retry-After', String(error.retryAfterS))
  const suggestions = error instanceof DomainError ? error.suggestions : undefined
  if (status < 500 || code === 'gallery_unavailable')
    return context.json({ error: error.message, code, ...(suggestions && { suggestions }) }, status)
  log(error)
  return context.json({ error: SERVER_SIDE[status] ?? SERVER_SIDE[500]!, code }, status)
}

/** The answer to input that does not fit its schema. */
export function respondWithInvalid(error: z.ZodError, context: Context): Response {
  const issues = error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
  const [first] = issues
  const sentence = first
    ? `${first.path || 'The request'} is not valid: ${first.message}.`
    : 'The request is not valid.'
  return context.json({ error: sentence, code: 'invalid_request' satisfies ErrorCode, issues }, 400)
}
