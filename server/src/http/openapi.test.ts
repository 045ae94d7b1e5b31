import { describe, expect, it } from 'vitest'
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
})
