import { InputProblem, scalar } from './input.ts'

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt _](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(?:([Zz])|([+-])(\d\d):?(\d\d)?)?$/
/** The format of `Date.prototype.toString`, in which the page of the reference implementation sends dates. */
const BROWSER_TIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d GMT[+-]\d{4}( \([^)]*\))?$/
const UNIX_TIME = /^[+-]?\d+(\.\d*)?$/
/** Larger numbers are milliseconds, smaller ones seconds, as in pydantic. */
const MAX_SECONDS = 2e10
const MAX_MS = 8.64e15

/**
 * An instant: ISO 8601 (without a zone it is UTC), a date, or seconds or milliseconds since 1970.
 * @returns milliseconds since 1970
 */
export const instant = scalar<number, string>(readInstant, {
  type: 'string',
  format: 'date-time',
  description: 'ISO 8601; without a zone it is UTC. Also a date, or seconds or milliseconds since 1970.',
  example: '2026-05-04T12:00:00Z',
})

const ZONE = /\s*([Zz]|[+-]\d\d(:?\d\d)?)$/

/**
 * The time that a clock shows, in the notations of `instant`; a zone is ignored.
 * @returns milliseconds since 1970, as if the clock showed UTC
 */
export const clockTime = scalar<number, string>(
  (input) => {
    const isTime = typeof input === 'string' && DATE_TIME.test(input.trim())
    return readInstant(isTime ? input.trim().replace(ZONE, '') : input)
  },
  {
    type: 'string',
    format: 'date-time',
    description:
      'Time on the clock of the camera; a zone is ignored. `modified_at`, on the clock of the server, takes the place of a missing one.',
    example: '2026-05-04T12:00:00',
  },
)

/**
 * Returns the time that the clock of this machine showed at an instant, to be compared with clocks of cameras.
 * @returns milliseconds since 1970, as if the clock showed UTC
 */
export function onLocalClock(instantMs: number): number {
  // Drives may state the last time that there is a date for.
  return Math.min(MAX_MS, Math.max(-MAX_MS, instantMs + utcOffsetAt(instantMs) * 60_000))
}

/** @returns the offset from UTC of the clock of this machine at an instant, in minutes */
export function utcOffsetAt(instantMs: number): number {
  return -new Date(instantMs).getTimezoneOffset()
}

function readInstant(input: unknown): number | InputProblem {
  if (typeof input !== 'string' && typeof input !== 'number')
    return new InputProblem('datetime_type', 'Input should be a valid datetime')
  const ms = typeof input === 'number' || UNIX_TIME.test(input) ? fromUnixTime(Number(input)) : parse(input)
  return ms !== undefined && Math.abs(ms) <= MAX_MS ? Math.floor(ms) : unreadable(String(input))
}

function fromUnixTime(value: number): number {
  return Math.abs(value) > MAX_SECONDS ? value : value * 1000
}

function parse(text: string): number | undefined {
  if (BROWSER_TIME.test(text)) {
    const ms = Date.parse(text)
    return Number.isNaN(ms) ? undefined : ms
  }
  const [, ...parts] = DATE_TIME.exec(text.trim()) ?? DATE.exec(text.trim()) ?? []
  if (parts.length === 0) return undefined
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts
    .slice(0, 6)
    .map((part) => Number(part ?? 0))
  const fraction = Number(`0.${parts[6] ?? 0}`)
  const [, , , , , , , , sign, zoneHours = '0', zoneMinutes = '0'] = parts
  const isValid = month! >= 1 && month! <= 12 && day! >= 1 && hour < 24 && minute < 60 && second < 60
  const date = new Date(0)
  date.setUTCFullYear(year!, month! - 1, day!)
  // A day that the month lacks becomes one of the next month.
  if (!isValid || date.getUTCDate() !== day) return undefined
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1)
  return date.getTime() + ((hour * 60 + minute - offset) * 60 + second + fraction) * 1000
}

function unreadable(text: string): InputProblem {
  const error = text.trim().length < 10 ? 'input is too short' : 'invalid character or value out of range'
  return new InputProblem(
    'datetime_from_date_parsing',
    `Input should be a valid datetime or date, ${error}`,
    { error },
  )
}
