const MAX_TEXT_LENGTH = 4_000
/** A file with more keywords has none of use. */
export const MAX_KEYWORDS = 1_000
const MIN_YEAR = 1826
const MAX_YEAR = 9998

/** A text without control characters that a database rejects; undefined if nothing is left. */
export function cleanText(value: unknown): string | undefined {
  const text = Buffer.isBuffer(value) ? decodeText(value) : value
  if (typeof text !== 'string') return undefined
  const clean = text.replaceAll('\0', '').toWellFormed().trim().slice(0, MAX_TEXT_LENGTH).trim()
  return clean === '' ? undefined : clean.toWellFormed()
}

/** Decodes UTF-8, or Latin-1 if the bytes are no UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('latin1').decode(bytes)
  }
}

/** A finite number within limits. */
export function cleanNumber(value: unknown, min: number, max: number): number | undefined {
  const number = Array.isArray(value) ? value[0] : typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && number >= min && number <= max ? number : undefined
}

/** A number within limits, as a whole one. */
export function cleanWhole(value: unknown, min: number, max: number): number | undefined {
  const number = cleanNumber(value, min, max)
  return number === undefined ? undefined : Math.round(number)
}

export const cleanRating = (value: unknown) => cleanWhole(value, 0, 5)

interface Time {
  capturedAt: number
  capturedOffset: number | undefined
}

const ISO_TIME =
  /^(\d{4})[-:]?(\d\d)[-:]?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/

/** Parses the times of XMP (ISO 8601), of IPTC (without separators) and of EXIF (with colons in the date). */
export function parseTime(value: unknown): Time | undefined {
  const found = typeof value === 'string' ? ISO_TIME.exec(value.trim()) : null
  if (found === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone] = found
  if (Number(year) < MIN_YEAR || Number(year) > MAX_YEAR) return undefined
  const [y, m, d, h, min, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const date = new Date(Date.UTC(y, m - 1, d, h, min, s))
  const isValid = date.getUTCMonth() === m - 1 && date.getUTCDate() === d && h < 24 && min < 60 && s <= 60
  if (!isValid) return undefined
  return {
    capturedAt: date.getTime() + Math.floor(Number(`0.${fraction}`) * 1000),
    capturedOffset: parseOffset(zone),
  }
}

/** @returns minutes east of UTC */
export function parseOffset(value: unknown): number | undefined {
  if (value === 'Z') return 0
  const found = typeof value === 'string' ? /^([+-])(\d\d):?(\d\d)$/.exec(value.trim()) : null
  if (found === null) return undefined
  const minutes = Number(found[2]) * 60 + Number(found[3])
  return minutes > 14 * 60 ? undefined : (found[1] === '-' ? -1 : 1) * minutes
}
