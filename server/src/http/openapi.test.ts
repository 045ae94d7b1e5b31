import { describe, expect, it } from 'vitest'
import { ERROR_STATUS } from '../errors.ts'
import { SERVER_EVENTS } from './contract/events.ts'
import { openApiDocument } from './openapi.ts'

type Node = Record<string, unknown>
const document = openApiDocument() as Node

/** Every object in the document. */
function* nodesOf(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield value as Node
  for (const child of Object.values(value)) yield* nodesOf(child)
}

describe('the OpenAPI document', () => {
  it('has patterns in the form of JSON Schema, without flags', () => {
    const patterned = [...nodesOf(document)].filter(({ pattern }) => typeof pattern === 'string')
    expect(patterned).not.toEqual([])
    for (const { pattern, example } of patterned) {
      expect(pattern).toMatch(/^\^.*\$$/)
      if (example !== undefined) expect(example).toMatch(new RegExp(String(pattern), 'u'))
    }
  })

  it('describes responses with a part of a file, and those without a body', () => {
    type Response = { content?: Node; headers?: Node }
    const paths = document.paths as Record<string, { get: { responses: Record<string, Response> } }>
    const responsesOf = (path: string) => paths[path]!.get.responses
    for (const path of ['/api/images/{image_id}/view', '/api/fs/file']) {
      const { 200: whole, 206: part, 416: none } = responsesOf(path)
      expect(part!.content).toEqual(whole!.content)
      expect(part!.headers).toHaveProperty('Content-Range')
      expect(none).not.toHaveProperty('content')
    }
    for (const path of [
      '/api/images/{image_id}/view',
      '/api/images/{image_id}/thumbnail',
      '/api/images/{image_id}/preview',
      '/api/queries/{id}/image',
      '/api/fs/file',
    ]) {
      expect(responsesOf(path)[200]!.headers, path).toHaveProperty('ETag')
      expect(responsesOf(path)[304], path).toEqual({
        description: expect.any(String),
        headers: expect.anything(),
      })
      expect(responsesOf(path).default!.headers).toHaveProperty('Retry-After')
    }
  })

  it('requires every body, since an empty one is refused, and has the limits of values', () => {
    const operations = [...nodesOf(document.paths)].filter((node) => 'requestBody' in node)
    expect(operations.length).toBeGreaterThan(10)
    for (const { requestBody, summary } of operations)
      expect((requestBody as Node).required, String(summary)).toBe(true)
    const nodes = [...nodesOf(document)]
    expect(nodes.filter(({ minimum }) => minimum === Number.MIN_VALUE)).toEqual([])
    for (const { prefixItems, minItems, maxItems } of nodes.filter((node) => 'prefixItems' in node))
      expect([minItems, maxItems]).toEqual(Array(2).fill((prefixItems as unknown[]).length))
    const { SearchRequest, SearchPart, Reread } = (document.components as { schemas: Record<string, Node> })
      .schemas
    expect([...nodesOf(SearchRequest)]).toContainEqual(expect.objectContaining({ exclusiveMinimum: 0 }))
    expect([...nodesOf(SearchPart)]).toContainEqual({ type: 'string', minLength: 1, maxLength: 200 })
    expect(Reread).toMatchObject({ minProperties: 1, maxProperties: 1 })
  })

  it('lists the code of every error with its status', () => {
    const { Error: error } = (document.components as { schemas: Record<string, Node> }).schemas
    const { code, status } = error!.properties as Record<string, { enum: string[]; description: string }>
    expect(code!.enum).toEqual(Object.keys(ERROR_STATUS))
    expect(code!.description).toMatch(/Status 400: .*image_unreadable.*; 409: .*image_exists.*; 503: /)
    expect(status).toMatchObject({ enum: ['error'] })
    expect(error!.required).not.toContain('status')
  })

  it('names the ways to sign in of every route that is not public', () => {
    const { securitySchemes } = document.components as { securitySchemes: Node }
    expect(securitySchemes).toMatchObject({
      session: { type: 'apiKey', in: 'cookie', name: 'session_token' },
      apiKey: { type: 'http', scheme: 'bearer' },
    })
    const operations = [...nodesOf(document.paths)].filter((node) => 'x-role' in node)
    for (const { 'x-role': role, security, summary } of operations)
      expect((security as Node[]).length > 0, String(summary)).toBe(role !== 'public')
    const keys = (document.paths as Record<string, Node>)['/api/keys']
    expect(keys).toMatchObject({
      get: { security: [{ session: [] }, { apiKey: [] }] },
      post: { security: [{ session: [] }] },
    })
  })

  it('describes the data of every event', () => {
    const { schemas } = document.components as { schemas: Record<string, Node> }
    for (const name of Object.keys(SERVER_EVENTS))
      expect(schemas[name], name).toMatchObject({ type: 'object' })
    const { get } = (document.paths as Record<string, { get: Node }>)['/api/fs/events']!
    expect(get.parameters).toMatchObject([{ name: 'last-event-id', in: 'header', required: false }])
    const [stream] = [...nodesOf(get)].filter((node) => 'anyOf' in node)
    expect(stream!.anyOf).toContainEqual({ $ref: '#/components/schemas/FileMovedEvent' })
  })
})
