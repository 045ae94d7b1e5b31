import { createRoute, type RouteConfig, type RouteHandler, z } from '@hono/zod-openapi'
import { ERROR_STATUS, type ErrorCode } from '../errors.ts'
import type { Role } from './roles.ts'

/** Variables of a request. */
export interface HttpEnv {
  Variables: {
    /** undefined: not signed in. */
    role: Role | undefined
    /** Role that the route requires. */
    neededRole?: Role
    /** Id of the user who is signed in. */
    userId?: string
    /** Address of the user who is signed in. */
    email?: string
    /** Whether the request has an API key instead of a session. */
    hasApiKey?: boolean
    /** For responses that do not end; absent without sign-in. */
    isStillSignedIn?: () => Promise<boolean>
    /** Waits for a body. Meanwhile the request is not in progress, if its kind is limited. */
    waitForBody?: <T>(body: Promise<T>) => Promise<T>
  }
}

/** A route without its handler. */
export type RouteDefinition = RouteConfig & { getRoutingPath(): string; 'x-role': Role | 'public' }

/** The routes of a resource. The published document and the types of handlers and clients follow from it. */
export type Contract = Readonly<Record<string, RouteDefinition>>

/** The contracts of an API, by resource. */
export type ApiDefinition = Readonly<Record<string, Contract>>

/** Every route of a contract needs a handler. */
export type Handlers<C extends Contract> = { readonly [Name in keyof C]: RouteHandler<C[Name], HttpEnv> }

const ERROR_CODES = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]

/** Returns "Status 400: one, another; 401: …". */
function codesByStatus(): string {
  const groups = Map.groupBy(ERROR_CODES, (code) => ERROR_STATUS[code])
  const lists = [...groups]
    .sort(([a], [b]) => a - b)
    .map(([status, codes]) => `${status}: ${codes.join(', ')}`)
  return `Status ${lists.join('; ')}`
}

const errorSchema = z
  .object({
    error: z.string().openapi({ description: 'One clear sentence.' }),
    code: z.enum(ERROR_CODES).openapi({
      description: `A stable word for programs. ${codesByStatus()}. With a list of problems, \`invalid_request\` has status 422; for a user who is added, \`user_exists\` has 400.`,
      example: 'image_not_found',
    }),
    detail: z
      .union([
        z.string(),
        z.array(
          z.object({
            type: z.string(),
            loc: z.array(z.union([z.string(), z.int()])),
            msg: z.string(),
            input: z.unknown(),
            ctx: z.record(z.string(), z.unknown()).optional(),
          }),
        ),
      ])
      .openapi({ description: 'With status 422 each problem with the input; otherwise the sentence.' }),
    suggestions: z
      .array(z.string())
      .optional()
      .openapi({ description: 'Valid values that are similar to a rejected one, the nearest first.' }),
    status: z.literal('error').optional().openapi({ description: 'Only in errors of `POST /api/images`.' }),
    message: z
      .string()
      .optional()
      .openapi({ description: 'The sentence; only in errors of `POST /api/images`.' }),
    rejected: z.object({ text: z.string(), start: z.int(), end: z.int() }).optional().openapi({
      description: 'With code `unknown_word`: the text, and the part of it that a suggestion can replace.',
    }),
  })
  .openapi('Error')

const RETRY_AFTER = textHeader(
  'Retry-After',
  'With status 429 or 503, the seconds to wait before another attempt.',
)
const ETAG = textHeader(
  'ETag',
  'Changes with the bytes. Absent if the file has changed since it was indexed.',
)

/** Names of the ways to sign in, in the document. Each alone is enough; `security: []` needs none. */
export const SESSION = { session: [] }
const API_KEY = { apiKey: [] }

/** Adds routes to an application. */
export type Mount = <C extends Contract>(contract: C, handlers: Handlers<C>) => void

/**
 * Defines a route with its role and the response to every error.
 * @param role is checked before anything else in a request is read; `public`: no session is needed
 */
export function defineRoute<const R extends RouteConfig>(role: Role | 'public', config: R) {
  const errors = { default: { description: 'An error', headers: RETRY_AFTER, ...json(errorSchema) } }
  // Handlers throw errors instead of returning them, therefore the type of the response leaves them out.
  const responses = { ...config.responses, ...errors } as R['responses']
  const security = role === 'public' ? [] : [SESSION, API_KEY]
  return createRoute({ security, ...config, responses, 'x-role': role })
}

/** Content of a request or a response. */
export function json<S extends z.ZodType>(schema: S) {
  return { content: { 'application/json': { schema } } }
}

function textHeader(name: string, description: string) {
  return { [name]: { description, schema: { type: 'string' as const } } }
}

/** Responses with a file, or without one that the client has already. */
export function fileResponses(description: string, ...contentTypes: string[]) {
  return {
    200: { description, headers: ETAG, ...binary(...contentTypes) },
    304: { description: 'The client has this version, which `If-None-Match` names.', headers: ETAG },
  }
}

/** Responses with a file of which a client can request a part. */
export function rangeResponses(description: string, ...contentTypes: string[]) {
  const contentRange = (form: string) => textHeader('Content-Range', `\`bytes ${form}\``)
  return {
    ...fileResponses(`${description} \`Range\` requests a part of them.`, ...contentTypes),
    206: {
      description: 'The part that `Range` requests.',
      headers: { ...ETAG, ...contentRange('FIRST-LAST/SIZE') },
      ...binary(...contentTypes),
    },
    416: { description: 'No byte is in the range.', headers: contentRange('*/SIZE') },
  }
}

/** Content that is not described any further. */
export function binary(...contentTypes: string[]) {
  const schema = z.instanceof(Blob).openapi({ type: 'string', format: 'binary' })
  return { content: Object.fromEntries(contentTypes.map((type) => [type, { schema }])) }
}
