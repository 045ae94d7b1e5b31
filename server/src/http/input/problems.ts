import type { z } from 'zod'

/** One entry of `detail` in a 422 response, in the form of FastAPI and pydantic. */
export interface Detail {
  type: string
  /** Begins with `query`, `path` or `body`. */
  loc: (string | number)[]
  msg: string
  input?: unknown
  ctx?: Record<string, unknown>
}

/** Input that does not fit. Becomes a 422 response. */
export class InvalidInput extends Error {
  readonly detail: readonly Detail[]

  constructor(detail: readonly Detail[]) {
    const [first] = detail
    const name = first?.loc.slice(1).join('.') || 'The request'
    super(first === undefined ? 'The request is not valid.' : `${name} is not valid: ${first.msg}.`)
    this.detail = detail
  }
}

type Place = 'query' | 'path' | 'body'

/** Longest input that is repeated in a response. */
const MAX_INPUT_CHARACTERS = 200

/** @param input the value that was validated, from which each detail repeats its part */
export function detailsOf(issues: readonly z.core.$ZodIssue[], place: Place, input: unknown): Detail[] {
  return issues
    .flatMap((issue) => withinUnion(issue, input))
    .map((issue) => {
      const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
      const value = valueAt(input, issue.path)
      const { type, msg, ctx } = describe(issue, value)
      // A missing value is represented by the enclosing object.
      const shown = type === 'missing' ? valueAt(input, issue.path.slice(0, -1)) : value
      return {
        type,
        loc: [place, ...path],
        msg,
        input: shortened(shown),
        ...(ctx === undefined ? {} : { ctx }),
      }
    })
}

/** Replaces the issue of a union by those of the option that the input comes closest to. */
function withinUnion(issue: z.core.$ZodIssue, input: unknown): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue]
  const value = valueAt(input, issue.path)
  const missing = (option: z.core.$ZodIssue[]) =>
    option.filter(({ path }) => valueAt(value, path) === undefined).length
  const [closest] = issue.errors.toSorted((a, b) => missing(a) - missing(b))
  return closest!
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
    .flatMap((inner) => withinUnion(inner, input))
}

function describe(issue: z.core.$ZodIssue, value: unknown): Pick<Detail, 'type' | 'msg' | 'ctx'> {
  if (issue.code === 'custom' && typeof issue.params?.type === 'string')
    return { type: issue.params.type, msg: issue.message, ctx: issue.params.context }
  if (value === undefined) return { type: 'missing', msg: 'Field required' }
  switch (issue.code) {
    case 'invalid_type':
      return { type: TYPES[issue.expected] ?? 'value_error', msg: issue.message }
    case 'invalid_value': {
      const expected = issue.values.map((word) => `'${String(word)}'`).join(', ')
      return { type: 'literal_error', msg: `Input should be one of ${expected}`, ctx: { expected } }
    }
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? { type: 'too_short', msg: issue.message, ctx: { min_length: issue.minimum } }
        : { type: 'greater_than_equal', msg: issue.message, ctx: { ge: issue.minimum } }
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? { type: 'too_long', msg: issue.message, ctx: { max_length: issue.maximum } }
        : { type: 'less_than_equal', msg: issue.message, ctx: { le: issue.maximum } }
    case 'invalid_format':
      return { type: 'string_pattern_mismatch', msg: issue.message }
    default:
      return { type: 'value_error', msg: issue.message }
  }
}

const TYPES: Record<string, string> = {
  string: 'string_type',
  number: 'float_type',
  int: 'int_type',
  boolean: 'bool_type',
  array: 'list_type',
  object: 'model_attributes_type',
  record: 'dict_type',
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined),
    input,
  )
}

/** Input in a form that a message may repeat: never a file, and only the beginning of a long text. */
function shortened(input: unknown): unknown {
  if (input === undefined) return null
  if (input instanceof File) return `file ${cut(input.name)}`
  if (typeof input === 'string') return cut(input)
  if (typeof input !== 'object' || input === null) return input
  const text = JSON.stringify(input, (_, value) =>
    value instanceof File ? `file ${cut(value.name)}` : value,
  )
  return text.length <= MAX_INPUT_CHARACTERS ? JSON.parse(text) : cut(text)
}

function cut(text: string): string {
  return text.length <= MAX_INPUT_CHARACTERS ? text : text.slice(0, MAX_INPUT_CHARACTERS)
}
