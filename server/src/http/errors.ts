import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { DomainError, ERROR_STATUS, type ErrorCode } from '../errors.ts'
import { isWriteFailure, type StorageMonitor } from '../indexing/storage-monitor.ts'
import type { InvalidInput } from './input/problems.ts'

/** Codes of status 503 whose messages contain no path and no host. */
const SHOWN_503: ReadonlySet<ErrorCode> = new Set(['gallery_unavailable', 'storage_unavailable'])

/** Sentences for other 5xx responses, which never repeat the message of an internal error. */
const SERVER_SIDE: Partial<Record<ContentfulStatusCode, string>> = {
  500: 'Something went wrong in the server; its log has the details.',
  503: 'The server can’t handle this request at the moment; try again soon.',
}

/**
 * The body of an error. `error` and `code` are in every one; `detail` is where clients of FastAPI look.
 * @param detail the problems with the input; otherwise the sentence
 */
function errorBody(context: Context, error: string, code: ErrorCode, detail: unknown = error) {
  const isUpload = context.req.method === 'POST' && context.req.path === '/api/images'
  return { detail, error, code, ...(isUpload ? { status: 'error', message: error } : {}) }
}

/** Time between two warnings about rejected requests, in milliseconds. */
const WARNING_INTERVAL_MS = 60_000

/**
 * Returns a function that logs why a request failed. While a server is overloaded, or a part of it does not work, thousands of requests fail
 * for one reason: only the first one of a minute becomes a warning.
 * @param isOutage whether an error is due to an outage of the database, which is logged elsewhere
 */
export function createErrorLog(
  log: {
    debug(message: string): void
    warn(message: string): void
    error(error: unknown, message: string): void
  },
  isOutage: (error: unknown) => boolean = () => false,
): (error: Error, request: string) => void {
  const nextWarnings = new Map<string, number>()
  return (error, request) => {
    if (!(error instanceof DomainError) || ERROR_STATUS[error.code] !== 503)
      return log.error(error, `${request} failed`)
    // An error with a cause has another reason than too many requests.
    const isRejection = error.retryAfterS !== undefined && error.cause === undefined
    const message = `${request} ${isRejection ? 'was rejected' : 'failed'}: ${error.message}`
    const kind = `${error.code} ${isRejection}`
    if (isOutage(error) || performance.now() < (nextWarnings.get(kind) ?? 0)) return log.debug(message)
    nextWarnings.set(kind, performance.now() + WARNING_INTERVAL_MS)
    log.warn(message)
  }
}

/** Message of SQLite when another process has written to the database for longer than a statement waits. */
const LOCKED = /database is locked/i
const RETRY_LOCKED_AFTER_S = 5

/** Returns the reason of an error that is due to the storage: a full or read-only disk, or a locked database. Returns others unchanged. */
export function storageReason(error: Error, storage: Pick<StorageMonitor, 'problem' | 'report'>): Error {
  if (error instanceof DomainError) return error
  if (isWriteFailure(error) && storage.report(error) && storage.problem !== undefined)
    return new DomainError('storage_unavailable', storage.problem.message, { cause: error })
  if (!LOCKED.test(error.message)) return error
  const message = `Another process writes to a database in the data directory (${error.message}).`
  return new DomainError('unavailable', message, { cause: error, retryAfterS: RETRY_LOCKED_AFTER_S })
}

/** The one place where errors become responses. */
export function respondWithError(error: Error, context: Context, log: (error: Error) => void): Response {
  if (error instanceof HTTPException) {
    const code: ErrorCode = error.status === 413 ? 'request_too_large' : 'invalid_request'
    const sentence = error.message || 'The request is not valid.'
    return context.json(errorBody(context, sentence, code), error.status as ContentfulStatusCode)
  }
  const code = error instanceof DomainError ? error.code : 'internal_error'
  const status = statusOf(code, context)
  if (error instanceof DomainError && error.retryAfterS !== undefined)
    context.header('Retry-After', String(error.retryAfterS))
  const { suggestions, rejected }: Partial<DomainError> = error instanceof DomainError ? error : {}
  if (status < 500 || SHOWN_503.has(code))
    return context.json(
      {
        ...errorBody(context, error.message, code),
        ...(suggestions && { suggestions }),
        ...(rejected && { rejected }),
      },
      status,
    )
  log(error)
  return context.json(errorBody(context, SERVER_SIDE[status] ?? SERVER_SIDE[500]!, code), status)
}

/** Clients of the reference implementation expect 400 for a user who is added with a taken address, and 409 for one who is changed. */
function statusOf(code: ErrorCode, context: Context): ContentfulStatusCode {
  return code === 'user_exists' && context.req.method === 'POST' ? 400 : ERROR_STATUS[code]
}

/** The response to input that does not fit its schema. */
export function respondWithInvalid(error: InvalidInput, context: Context): Response {
  return context.json(errorBody(context, error.message, 'invalid_request', error.detail), 422)
}

/** The response to a path that has no route, or none for this method. */
export function respondWithUnmatched(context: Context, allowed: readonly string[]): Response {
  if (allowed.length === 0) return context.json(errorBody(context, 'Not Found', 'not_found'), 404)
  context.header('Allow', allowed.join(', '))
  return context.json(errorBody(context, 'Method Not Allowed', 'method_not_allowed'), 405)
}
