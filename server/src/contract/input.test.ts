import { z } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import { choice, decimal, flag, integer, optional, text, uuid } from './input.ts'
import { instant } from './times.ts'

function problemOf(schema: z.ZodType, input: unknown): unknown {
  const [issue] = schema.safeParse(input).error?.issues ?? []
  return issue?.code === 'custom' ? issue.params?.type : issue?.code
}

describe('an integer', () => {
  it.each([
    [2, 2],
    ['2', 2],
    ['1.0', 1],
    [' 7 ', 7],
    ['1e3', 1000],
    [true, 1],
    [-0.0, -0],
  ])('%j is %j', (input, value) => expect(integer().parse(input)).toBe(value))

  it.each([
    ['abc', 'int_parsing'],
    ['2.5', 'int_parsing'],
    ['', 'int_parsing'],
    ['0x10', 'int_parsing'],
    [2.5, 'int_from_float'],
    [[5], 'int_type'],
    [null, 'int_type'],
    [undefined, 'missing'],
    [0, 'greater_than_equal'],
    [11, 'less_than_equal'],
  ])('%j is refused as %s', (input, type) =>
    expect(problemOf(integer({ min: 1, max: 10 }), input)).toBe(type),
  )
})

describe('a number above a limit', () => {
  it.each([
    [0, 'greater_than'],
    [1e-9, undefined],
    [2, 'less_than_equal'],
  ])('%d: %s', (input, type) => expect(problemOf(decimal({ above: 0, max: 1 }), input)).toBe(type))
})

describe('an instant', () => {
  const NEW_YEAR = Date.UTC(2020, 0, 1)
  it.each([
    ['2020-01-01', NEW_YEAR],
    ['2020-01-01T00:00:00', NEW_YEAR],
    ['2020-01-01t00:00:00z', NEW_YEAR],
    ['2020-01-01 00:00', NEW_YEAR],
    ['2020-01-01T00:00:00.123456Z', NEW_YEAR + 123],
    ['2020-01-01T01:00:00+01:00', NEW_YEAR],
    ['2019-12-31T19:30:00-0430', NEW_YEAR],
    ['1577836800', NEW_YEAR],
    [1577836800000, NEW_YEAR],
    ['1577836800.5', NEW_YEAR + 500],
    ['0001-01-01', Date.parse('0001-01-01')],
    ['Wed Jan 01 2020 01:00:00 GMT+0100 (Central European Standard Time)', NEW_YEAR],
    ['Tue Dec 31 2019 19:00:00 GMT-0500', NEW_YEAR],
  ])('%j is %d', (input, ms) => expect(instant.parse(input)).toBeCloseTo(ms, 3))

  it.each([
    'abc',
    'Sat Nov 28 2020',
    '2020-02-30',
    '2020-13-01',
    '2020-01-01T25:00',
    '1e400',
    '99999999999999999',
  ])('%j is refused', (input) => expect(problemOf(instant, input)).toBe('datetime_from_date_parsing'))

  it('of another type is refused', () => expect(problemOf(instant, [1])).toBe('datetime_type'))
})

describe('an id', () => {
  const ID = '0f8fad5b-d9cb-469f-a165-70867728950e'
  it.each([ID, ID.toUpperCase(), ID.replaceAll('-', ''), `urn:uuid:${ID}`, `{${ID}}`])(
    '%s has one form',
    (input) => expect(uuid.parse(input)).toBe(ID),
  )
  it.each(['x', '', `${ID}0`, ID.replace('f', 'g')])('%j is refused', (input) =>
    expect(problemOf(uuid, input)).toBe('uuid_parsing'),
  )
})

it('a flag is a boolean, or a word or number for it', () => {
  expect(['true', 'F', 'yes', 'off', 1, 0, '1', true].map((input) => flag().parse(input))).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
    true,
    true,
  ])
  expect(problemOf(flag(), 'maybe')).toBe('bool_parsing')
})

it('a choice names what it expects', () => {
  expect(choice(['a', 'b', 'c']).safeParse('d').error?.issues[0]?.message).toBe(
    "Input should be 'a', 'b' or 'c'",
  )
})

it('text is bounded and holds no NUL', () => {
  expect(problemOf(text({ max: 3 }), 'abcd')).toBe('string_too_long')
  expect(problemOf(text({ max: 3 }), 'a\0')).toBe('value_error')
  expect(problemOf(text({ max: 3 }), 1)).toBe('string_type')
})

it('an optional value is absent in each form of absence, and a missing required one is named', () => {
  const schema = z.object({ page: optional(integer({ min: 1 })), size: integer() })
  for (const page of [undefined, null, '']) expect(schema.parse({ page, size: 1 })).toEqual({ size: 1 })
  expect(schema.parse({ size: '3' })).toEqual({ size: 3 })
  expect(schema.safeParse({}).error?.issues.map(({ path }) => path)).toEqual([['size']])
})
