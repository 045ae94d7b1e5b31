import { OpenAPIHono } from '@hono/zod-openapi'
import type { ApiDefinition } from '../contract/routes.ts'
import { VERSION } from '../version.ts'
import { API, SIGN_IN_API } from './contract/api.ts'

const DESCRIPTION = {
  openapi: '3.1.0',
  info: {
    title: 'Sketch-Search',
    version: VERSION,
    description:
      'Find pictures by sketch, image or words. `x-role` is the role that a route requires. Without sign-in, every client has all roles.',
  },
}

const SECURITY_SCHEMES = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'session_token',
    description: 'Set by signing in with a code (`/api/auth/otp/start`, then `/api/auth/otp/verify`).',
  },
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key (`/api/keys`).' },
} as const

/** Describes an API by its definitions alone. */
export function openApiDocument(apis: readonly ApiDefinition[] = [API, SIGN_IN_API]): object {
  const describer = new OpenAPIHono()
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES))
    describer.openAPIRegistry.registerComponent('securitySchemes', name, scheme)
  const contracts = apis.flatMap((api) => Object.values(api))
  for (const definition of contracts.flatMap((contract) => Object.values(contract)))
    describer.openAPIRegistry.registerPath(definition)
  return describer.getOpenAPI31Document(DESCRIPTION)
}
