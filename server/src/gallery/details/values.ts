import type { FileDetails } from './file-details.ts'

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

/** Most models repeat the make: "NIKON CORPORATION", "NIKON D850". */
export function cameraName(make: string | undefined, model: string | undefined): string | undefined {
  if (make === undefined || model === undefined) return model ?? make
  const [brand = ''] = make.toLowerCase().split(/[\s,]/)
  return model.toLowerCase().startsWith(brand) ? model : `${make} ${model}`
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

type StatedTime = Pick<FileDetails, 'capturedAt' | 'capturedOffset'>

const DAY_MS = 24 * 3_600_000

/** The time of the first source that has one, with its offset. Programs may write the offset to one block only. */
export function combinedTime(sources: readonly StatedTime[]): StatedTime {
  const times = sources.filter(({ capturedAt }) => capturedAt !== undefined)
  const time = preciseOf(times)
  const zoned = times.find(
    (other) => other.capturedOffset !== undefined && time !== undefined && isSameSecond(other, time),
  )
  return { capturedAt: time?.capturedAt, capturedOffset: zoned?.capturedOffset }
}

/**
 * The time that a sidecar states in the place of that of its picture. In the same second, that of the picture stays: sidecars
 * mostly lack the fraction, by which the frames of a burst and the formats of one shot are compared.
 */
export function timeWithSidecar(picture: StatedTime, sidecar: StatedTime): StatedTime {
  return combinedTime(isSameSecond(picture, sidecar) ? [picture, sidecar] : [sidecar, picture])
}

/** Returns the first time, or a later one of the same day if the first is a date alone, which reads as midnight. */
function preciseOf(times: readonly StatedTime[]): StatedTime | undefined {
  const [first] = times
  const at = first?.capturedAt
  if (at === undefined || at % DAY_MS !== 0) return first
  return times.find(({ capturedAt = 0 }) => capturedAt > at && capturedAt < at + DAY_MS) ?? first
}

function isSameSecond({ capturedAt: one }: StatedTime, { capturedAt: other }: StatedTime): boolean {
  return one !== undefined && other !== undefined && Math.floor(one / 1000) === Math.floor(other / 1000)
}

/** @returns minutes east of UTC */
export function parseOffset(value: unknown): number | undefined {
  if (value === 'Z') return 0
  const found = typeof value === 'string' ? /^([+-])(\d\d):?(\d\d)$/.exec(value.trim()) : null
  if (found === null) return undefined
  const minutes = Number(found[2]) * 60 + Number(found[3])
  return minutes > 14 * 60 ? undefined : (found[1] === '-' ? -1 : 1) * minutes
}
