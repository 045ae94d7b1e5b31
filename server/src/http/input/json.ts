import type { z } from 'zod'
import { type Detail, detailsOf, InvalidInput } from './problems.ts'

/** Deepest nesting of lists and objects. The requests of clients have at most a handful of levels. */
const MAX_DEPTH = 100

/**
 * Parses JSON of bounded depth, since code that walks through a value recursively would exhaust its stack.
 * @param place of the text, where the position of a mistake is not given
 * @throws {InvalidInput}
 */
export function parseJson(text: string, place?: readonly string[]): unknown {
  if (isTooDeep(text)) throw invalidJson(place ?? ['body', 0], `nested more than ${MAX_DEPTH} levels deep`)
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw invalidJson(place ?? ['body', positionIn(reason, text)], withoutText(reason))
  }
}

/**
 * Reads a form field that holds JSON. Every problem with it is reported at the field.
 * @throws {InvalidInput}
 */
export function parseJsonField<S extends z.ZodType>(schema: S, text: string, field: string): z.output<S> {
  const value = parseJson(text, ['body', field])
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const details = detailsOf(result.error.issues, 'body', value).map((detail) => {
    const within = detail.loc.slice(1).join('.')
    return { ...detail, loc: ['body', field], msg: within === '' ? detail.msg : `${within}: ${detail.msg}` }
  })
  throw new InvalidInput(details)
}

function invalidJson(loc: readonly (string | number)[], error: string): InvalidInput {
  const detail: Detail = {
    type: 'json_invalid',
    loc: [...loc],
    msg: 'JSON decode error',
    input: {},
    ctx: { error },
  }
  return new InvalidInput([detail])
}

function isTooDeep(text: string): boolean {
  let depth = 0
  let isInString = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (isInString) {
      if (character === '\\') i++
      else if (character === '"') isInString = false
    } else if (character === '"') isInString = true
    else if (character === '[' || character === '{') {
      if (++depth > MAX_DEPTH) return true
    } else if (character === ']' || character === '}') depth--
  }
  return false
}

/** Returns the position of the mistake, which V8 does not name at the end of the text and at its first character. */
function positionIn(reason: string, text: string): number {
  const [, position] = /at position (\d+)/.exec(reason) ?? []
  if (position !== undefined) return Number(position)
  return reason.includes('end of JSON') ? text.length : 0
}

/** V8 repeats part of the text in some of its messages. */
function withoutText(reason: string): string {
  return reason.replace(/, (\.\.\.)?".*$/s, '')
}
