import { z } from '@hono/zod-openapi'

export const time = z.iso
  .datetime({ offset: true, local: true })
  .or(z.iso.date())
  .openapi({ description: 'ISO 8601; without a zone it is UTC.', example: '2026-05-04T12:00:00Z' })

/** Numbers and booleans that arrive as text in a URL or a form, or as themselves in JSON. */
export const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
export const flag = z.union([
  z.boolean(),
  z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1'),
])

/** In a URL, an empty parameter counts as absent. */
export const emptyIsAbsent = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional())

/** Text that every database accepts. */
export const storable = (schema: z.ZodString) =>
  schema.refine((text) => !text.includes('\0'), 'it holds a NUL character')

const ZONE = /(Z|[+-]\d\d:?\d\d)$/i

export function toMilliseconds(time: string): number {
  return Date.parse(ZONE.test(time) || !time.includes('T') ? time : `${time}Z`)
}

/** Returns the time that a clock shows, as if it showed UTC. */
export function toClockMilliseconds(time: string): number {
  return toMilliseconds(time.includes('T') ? time.replace(ZONE, '') : time)
}
