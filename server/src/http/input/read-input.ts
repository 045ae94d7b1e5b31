import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { RouteConfig } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import type { z } from 'zod'
import type { HttpEnv } from '../../contract/routes.ts'
import { parseJson } from './json.ts'
import { isMultipart, mediaType } from './media-type.ts'
import { readMultipart } from './multipart.ts'
import { type Detail, detailsOf, InvalidInput } from './problems.ts'

const MAX_SHORT_BODY_BYTES = 256 * 1024

type Target = 'query' | 'param' | 'json' | 'form'

/**
 * Reads and validates the input of a route as FastAPI does: all problems of path, query and body are reported at once, of a
 * parameter given twice the last counts, and JSON needs no content type.
 */
export function readInput(request: RouteConfig['request']): MiddlewareHandler<HttpEnv> {
  const params = request?.params as z.ZodType | undefined
  const query = request?.query as z.ZodType | undefined
  const json = bodySchema(request, 'application/json')
  const form = bodySchema(request, 'multipart/form-data')

  return async (context, next) => {
    const problems: Detail[] = []
    if (params !== undefined) await check('param', 'path', params, context.req.param())
    if (query !== undefined) await check('query', 'query', query, readQuery(context))
    const isForm = form !== undefined && (json === undefined || isMultipart(context))
    if (isForm) await check('form', 'body', form, await readForm(context))
    else if (json !== undefined) await checkJson(json)
    if (problems.length > 0) throw new InvalidInput(problems)
    return next()

    async function check(
      target: Target,
      place: 'path' | 'query' | 'body',
      schema: z.ZodType,
      input: unknown,
    ) {
      const result = await schema.safeParseAsync(input)
      if (result.success) context.req.addValidatedData(target, result.data as object)
      else problems.push(...detailsOf(result.error.issues, place, input))
    }

    async function checkJson(schema: z.ZodType) {
      const type = mediaType(context)
      // The limit of its size is that of uploads.
      if (isMultipart(context)) return void problems.push(notAnObject())
      const read = context.req.text()
      const body = await (context.get('waitForBody')?.(read) ?? read)
      if (body === '') problems.push({ type: 'missing', loc: ['body'], msg: 'Field required', input: null })
      else if (type !== '' && !/^application\/([\w.-]+\+)?json$/.test(type)) problems.push(notAnObject())
      else {
        const value = parseJson(body)
        if (typeof value === 'object' && value !== null && !Array.isArray(value))
          await check('json', 'body', schema, value)
        else problems.push(notAnObject())
      }
    }
  }
}

function bodySchema(request: RouteConfig['request'], mediaType: string): z.ZodType | undefined {
  const content = request?.body?.content[mediaType]
  return content !== undefined && 'schema' in content ? (content.schema as z.ZodType) : undefined
}

function notAnObject(): Detail {
  const msg = 'Input should be a valid dictionary or object to extract fields from'
  return { type: 'model_attributes_type', loc: ['body'], msg, input: null }
}

function readQuery(context: Context): Record<string, string> {
  return lastOfEach(new URL(context.req.url).searchParams)
}

async function readForm(context: Context): Promise<Record<string, string | File>> {
  const type = mediaType(context)
  if (type === 'application/x-www-form-urlencoded')
    return lastOfEach(new URLSearchParams(await context.req.text()))
  const source = isMultipart(context) ? bodyOf(context) : undefined
  if (source === undefined) return {}
  const { signal } = context.req.raw
  return lastOfEach(await readMultipart(source, context.req.header('content-type')!, signal))
}

/** A short body is read in one piece: a stream takes longer to open than a drawing to read. */
function bodyOf(context: Context): AsyncIterable<Uint8Array> | undefined {
  const length = Number(context.req.header('content-length'))
  if (length <= MAX_SHORT_BODY_BYTES) return inOnePiece(context.req.raw)
  const { body } = context.req.raw
  // To cancel the stream would close the connection before the answer is sent.
  return (body as NodeReadableStream<Uint8Array> | null)?.values({ preventCancel: true })
}

async function* inOnePiece(request: Request): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(await request.arrayBuffer())
}

function lastOfEach<V>(entries: Iterable<[string, V]>): Record<string, V> {
  // Without a prototype, so that a field named `__proto__` is a field.
  return Object.assign(Object.create(null), Object.fromEntries(entries))
}
