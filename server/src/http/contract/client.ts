import type { RouteConfig, z } from '@hono/zod-openapi'
import type { Hono, ToSchema, TypedResponse } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import type { ApiDefinition, RouteDefinition } from '../../contract/routes.ts'
import type { API, SIGN_IN_API } from './api.ts'

/** The application as the typed client of Hono sees it: `hc<Api>(…)`. Types only; nothing of the server is loaded. */
export type Api = ApplicationOf<typeof API & typeof SIGN_IN_API>

type ApplicationOf<A extends ApiDefinition> = {
  [Resource in keyof A]: { [Name in keyof A[Resource]]: RouteOf<A[Resource][Name]> }[keyof A[Resource]]
}[keyof A]

type RouteOf<R extends RouteDefinition> = Hono<
  object,
  ToSchema<
    R['method'],
    ReturnType<R['getRoutingPath']>,
    { in: Sent<R>; out: object },
    Received<R['responses']>
  >,
  '/'
>

/** Input of a route as a client sends it. The types of the library would require both bodies of a route that accepts two kinds. */
type Sent<R extends RouteConfig> = Parameters<R['request']> & Query<R['request']> & Body<R['request']>

type Parameters<Request> = Request extends { params: infer S extends z.ZodType }
  ? { param: z.input<S> }
  : object

type Query<Request> = Request extends { query: infer S extends z.ZodType }
  ? object extends z.input<S>
    ? { query?: z.input<S> }
    : { query: z.input<S> }
  : object

type Body<Request> = Request extends { body: { content: infer Content } }
  ? Content extends { 'application/json': { schema: infer J }; 'multipart/form-data': { schema: infer F } }
    ? { json?: z.input<J>; form?: z.input<F> }
    : Content extends { 'application/json': { schema: infer J } }
      ? { json: z.input<J> }
      : Content extends { 'multipart/form-data': { schema: infer F } }
        ? { form: z.input<F> }
        : object
  : object

/** Schemas of responses describe JSON, so that their types need no conversion. It would end at the first recursive type. */
type Received<Responses> = {
  [Status in keyof Responses & StatusCode]: Responses[Status] extends {
    content: { 'application/json': { schema: infer S extends z.ZodType } }
  }
    ? TypedResponse<z.output<S>, Status, 'json'>
    : TypedResponse<object, Status, string>
}[keyof Responses & StatusCode]
