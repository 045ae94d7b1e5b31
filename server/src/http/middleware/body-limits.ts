import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { HttpEnv } from '../../contract/routes.ts'
import { DomainError } from '../../errors.ts'
import { isMultipart } from '../input/media-type.ts'
import { unauthorized } from '../routing.ts'

/** Bodies that hold a few words. */
const SMALL_BODY_BYTES = 16 * 1024
/** JSON: a search with many terms. Parsing it must not delay other requests. */
const JSON_BODY_BYTES = 1024 * 1024
/** Matches a path, also behind its method and a space. */
export const SMALL_PATHS = /^(\S+ )?\/api\/(auth|session|users|keys)(\/|$)/
/** Size of a form besides its file. */
const FORM_OVERHEAD_BYTES = 1024 * 1024

/** Bounds the size of bodies before they are read. Clients that are not signed in send nothing large. */
export function bodyLimits(maxUploadBytes: number): MiddlewareHandler<HttpEnv> {
  const small = limit(SMALL_BODY_BYTES, () => refuse(SMALL_BODY_BYTES))
  const json = limit(JSON_BODY_BYTES, () => refuse(JSON_BODY_BYTES))
  const form = limit(maxUploadBytes + FORM_OVERHEAD_BYTES, () => {
    throw new DomainError(
      'image_too_large',
      `The upload is too large: at most ${maxUploadBytes} bytes are accepted (limits.max_upload_bytes).`,
    )
  })
  const anonymous = limit(SMALL_BODY_BYTES, () => {
    throw unauthorized()
  })
  const isRead = (context: Context) => context.req.method !== 'GET' && context.req.method !== 'HEAD'
  return (context, next) => {
    if (SMALL_PATHS.test(context.req.path)) return small(context, next)
    if (context.get('role') === undefined) {
      // Nobody waits for the end of a body that is refused anyway.
      if (isRead(context) && context.req.header('transfer-encoding') !== undefined) throw unauthorized()
      return anonymous(context, next)
    }
    return isMultipart(context) ? form(context, next) : json(context, next)
  }
}

/** A body that announces its length is checked without being opened, which takes longer than many a request. */
function limit(maxSize: number, onError: () => never): MiddlewareHandler<HttpEnv> {
  const whileRead = bodyLimit({ maxSize, onError })
  return async (context, next) => {
    const { method } = context.req
    if (method === 'GET' || method === 'HEAD') return next()
    const length = context.req.header('content-length')
    if (length === undefined || context.req.header('transfer-encoding') !== undefined) {
      // A body of unknown length is read before the next handler is called.
      const read = whileRead(context, async () => {})
      await (context.get('waitForBody')?.(read) ?? read)
    } else if (Number(length) > maxSize) onError()
    return next()
  }
}

function refuse(maxSize: number): never {
  throw new DomainError(
    'request_too_large',
    `The request is too large: at most ${maxSize} bytes are accepted without a file.`,
  )
}
