import { z } from '@hono/zod-openapi'

/** A value that does not fit, with pydantic's name for the problem, by which clients distinguish problems. */
export class InputProblem {
  readonly type: string
  readonly message: string
  readonly context: Record<string, unknown> | undefined

  constructor(type: string, message: string, context?: Record<string, unknown>) {
    this.type = type
    this.message = message
    this.context = context
  }
}

const MISSING = new InputProblem('missing', 'Field required')

/**
 * Schema of a single value in a URL, a form or JSON. Numbers may be text everywhere, so the type on the wire does not
 * matter; `read` decides. `Sent` is what typed clients send.
 * @param read returns the value or the problem with it
 */
export function scalar<T, Sent = T>(
  read: (input: unknown) => T | InputProblem,
  description: Record<string, unknown>,
): z.ZodType<T, Sent> {
  return z
    .custom<Sent>()
    .transform((input, context) => {
      const value = input === undefined ? MISSING : read(input)
      if (!(value instanceof InputProblem)) return value
      const { type, message, context: details } = value
      context.addIssue({ code: 'custom', message, input, params: { type, context: details } })
      return z.NEVER
    })
    .openapi(description)
}

/** Empty text in a URL or a form and null in JSON stand for an absent value. */
export function optional<S extends z.ZodType>(schema: S) {
  const orAbsent = (input: z.input<S> | undefined) => (input === '' || input === null ? undefined : input)
  return z.preprocess(orAbsent, schema.optional()).optional()
}

export function integer({ min, max, ...description }: NumberOptions = {}) {
  return scalar((input) => inRange(readInteger(input), min, max), {
    type: 'integer',
    minimum: min,
    maximum: max,
    ...description,
  })
}

export function decimal({ above, min, max, ...description }: DecimalOptions = {}) {
  return scalar(
    (input) => {
      const value = inRange(readNumber(input), min, max)
      if (value instanceof InputProblem || above === undefined || value > above) return value
      return new InputProblem('greater_than', `Input should be greater than ${above}`, { gt: above })
    },
    { type: 'number', exclusiveMinimum: above, minimum: min, maximum: max, ...description },
  )
}

interface DecimalOptions extends NumberOptions {
  /** Instead of `min`: the value has to be greater. */
  above?: number
}

interface NumberOptions {
  min?: number
  max?: number
  description?: string
  default?: number
}

const NUMBER = /^[+-]?(\d+(_\d+)*)?(\.\d*)?(e[+-]?\d+)?$/i

function readNumber(input: unknown): number | InputProblem {
  if (typeof input === 'boolean') return Number(input)
  if (typeof input === 'number') return input
  if (typeof input !== 'string') return new InputProblem('float_type', 'Input should be a valid number')
  const text = input.trim()
  const value = NUMBER.test(text) && /\d/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN
  if (Number.isFinite(value)) return value
  return new InputProblem(
    'float_parsing',
    'Input should be a valid number, unable to parse string as a number',
  )
}

function readInteger(input: unknown): number | InputProblem {
  const value = readNumber(input)
  if (value instanceof InputProblem) {
    return value.type === 'float_type'
      ? new InputProblem('int_type', 'Input should be a valid integer')
      : new InputProblem(
          'int_parsing',
          'Input should be a valid integer, unable to parse string as an integer',
        )
  }
  if (Number.isInteger(value)) return value
  return typeof input === 'string'
    ? new InputProblem('int_parsing', 'Input should be a valid integer, unable to parse string as an integer')
    : new InputProblem(
        'int_from_float',
        'Input should be a valid integer, got a number with a fractional part',
      )
}

function inRange(value: number | InputProblem, min = -Infinity, max = Infinity): number | InputProblem {
  if (value instanceof InputProblem) return value
  if (value < min)
    return new InputProblem('greater_than_equal', `Input should be greater than or equal to ${min}`, {
      ge: min,
    })
  if (value > max)
    return new InputProblem('less_than_equal', `Input should be less than or equal to ${max}`, { le: max })
  return value
}

const TRUE = new Set(['true', 't', 'yes', 'y', 'on', '1'])
const FALSE = new Set(['false', 'f', 'no', 'n', 'off', '0'])

export function flag(description: { description?: string } = {}) {
  return scalar<boolean>(
    (input) => {
      if (typeof input === 'boolean') return input
      const word = typeof input === 'number' || typeof input === 'string' ? String(input).toLowerCase() : ''
      if (TRUE.has(word)) return true
      if (FALSE.has(word)) return false
      return new InputProblem('bool_parsing', 'Input should be a valid boolean, unable to interpret input')
    },
    { type: 'boolean', ...description },
  )
}

/** @param type as pydantic names the problem: `literal_error` or `enum` */
export function choice<const W extends readonly string[]>(
  words: W,
  { type = 'literal_error', ...description }: ChoiceOptions<W[number]> = {},
) {
  const quoted = words.map((word) => `'${word}'`)
  const expected =
    quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
  return scalar<W[number]>(
    (input) =>
      words.find((word) => word === input) ??
      new InputProblem(type, `Input should be ${expected}`, { expected }),
    { type: 'string', enum: [...words], ...description },
  )
}

interface ChoiceOptions<W> {
  type?: 'literal_error' | 'enum'
  description?: string
  default?: W
}

/** Text that every database stores. */
export function text({ min = 0, max, ...description }: TextOptions) {
  return scalar<string>((input) => readText(input, min, max), {
    type: 'string',
    ...(min > 0 && { minLength: min }),
    maxLength: max,
    ...description,
  })
}

interface TextOptions {
  min?: number
  max: number
  description?: string
  example?: string
}

export function readText(input: unknown, min: number, max: number): string | InputProblem {
  if (typeof input !== 'string') return new InputProblem('string_type', 'Input should be a valid string')
  if (input.length < min)
    return new InputProblem('string_too_short', `String should have at least ${min} character`, {
      min_length: min,
    })
  if (input.length > max)
    return new InputProblem('string_too_long', `String should have at most ${max} characters`, {
      max_length: max,
    })
  if (input.includes('\0')) return valueError('it holds a NUL character')
  return input
}

export function valueError(reason: string): InputProblem {
  return new InputProblem('value_error', `Value error, ${reason}`, { error: reason })
}

const UUID =
  /^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i

/** Ids are compared as text, so every spelling becomes the one with dashes in lower case. */
export const uuid = scalar<string>(
  (input) => {
    if (typeof input !== 'string')
      return new InputProblem('uuid_type', 'UUID input should be a string, bytes or UUID object')
    const [, ...groups] = UUID.exec(input.trim()) ?? []
    if (groups.length > 0) return groups.join('-').toLowerCase()
    const reason = 'it is no group of 32 hexadecimal digits'
    return new InputProblem('uuid_parsing', `Input should be a valid UUID, ${reason}`, { error: reason })
  },
  { type: 'string', format: 'uuid' },
)
