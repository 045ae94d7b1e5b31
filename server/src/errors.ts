/** Every expected failure, with the status of its response. The words are stable: clients may depend on them. */
export const ERROR_STATUS = {
  base_unavailable: 409,
  blank_sketch: 400,
  challenge_gone: 403,
  collection_not_found: 404,
  config_invalid: 500,
  conflict: 409,
  cross_origin: 403,
  data_directory_in_use: 500,
  directory_not_found: 404,
  embedder_failed: 422,
  embedder_unavailable: 503,
  forbidden: 403,
  gallery_unavailable: 503,
  image_exists: 409,
  image_not_found: 404,
  image_too_large: 413,
  image_unreadable: 400,
  internal_error: 500,
  invalid_path: 400,
  invalid_request: 400,
  last_admin: 409,
  method_not_allowed: 405,
  not_found: 404,
  not_indexed: 409,
  not_signed_in: 401,
  not_supported: 422,
  permission_denied: 403,
  query_not_found: 404,
  request_too_large: 413,
  storage_unavailable: 503,
  too_many_requests: 429,
  unavailable: 503,
  unknown_host: 403,
  unknown_word: 422,
  user_exists: 409,
  user_not_found: 404,
  wrong_code: 401,
} as const
export type ErrorCode = keyof typeof ERROR_STATUS

/** The part of a text that an error is about. */
export interface RejectedText {
  text: string
  /** Position of its first letter, and that after its last one. */
  start: number
  end: number
}

/** An expected failure: `message` is one clear sentence that may be shown to people. */
export class DomainError extends Error {
  readonly code: ErrorCode
  /** Seconds after which it may be tried again. */
  readonly retryAfterS: number | undefined
  /** Valid values that are similar to a rejected one. */
  readonly suggestions: readonly string[] | undefined
  /** The text that each of the suggestions can take the place of. */
  readonly rejected: RejectedText | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options?: {
      cause?: unknown
      retryAfterS?: number
      suggestions?: readonly string[]
      rejected?: RejectedText
    },
  ) {
    super(message, options)
    this.name = 'DomainError'
    this.code = code
    this.retryAfterS = options?.retryAfterS
    this.suggestions = options?.suggestions
    this.rejected = options?.rejected
  }
}

/** Codes of a server, drive or disk that is away or full. */
const EXTERNAL_CODES: ReadonlySet<ErrorCode> = new Set([
  'embedder_unavailable',
  'gallery_unavailable',
  'storage_unavailable',
  'unavailable',
])

/** Whether the file that was handled is not to blame for an error: another attempt may succeed. */
export function isExternal(error: unknown): boolean {
  return !(error instanceof DomainError) || EXTERNAL_CODES.has(error.code)
}

/** The message of a thrown value, on one line. */
export function messageOf(error: unknown): string {
  // Node's error for a host with several addresses has no message of its own.
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0)
    return messageOf(error.errors[0])
  const message = error instanceof Error ? error.message : String(error)
  return message.replaceAll(/\s*\n\s*/g, ' ').trim()
}

/** Shortens an error of the file system to its reason and code, without the path: "permission denied (EACCES)". */
export function systemReasonOf(error: unknown): string {
  const message = messageOf(error)
  const [, code, reason] = /^([A-Z0-9]+): ([^,]+)/.exec(message) ?? []
  return code === undefined ? message : `${reason} (${code})`
}

/** The `code` that Node and databases give their errors (`ENOENT`, `EACCES`, `57P01`, …), if the thrown value has one. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof DomainError || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Whether a thrown value is an error of the operating system. Those from other threads have only their messages. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && /^E[A-Z0-9]+: /.test(error.message)
}
