import { language, region } from './language.ts'

const numbers = new Intl.NumberFormat(region)
const shortNumbers = new Intl.NumberFormat(region, { maximumSignificantDigits: 3 })
const rules = new Intl.PluralRules(language)
const languages = new Intl.DisplayNames(region, { type: 'language' })
const days = new Intl.DateTimeFormat(region, { day: 'numeric', month: 'long', year: 'numeric' })
const longDays = new Intl.DateTimeFormat(region, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})
// The clock of a camera has its own zone, so its time is shown unchanged.
const longClockDays = new Intl.DateTimeFormat(region, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})
const clockDays = new Intl.DateTimeFormat(region, {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})
const clockTimes = new Intl.DateTimeFormat(region, { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })
const times = new Intl.DateTimeFormat(region, { hour: '2-digit', minute: '2-digit' })
// Months are counted in UTC by the server.
const shortMonths = new Intl.DateTimeFormat(region, { month: 'short', timeZone: 'UTC' })
const months = new Intl.DateTimeFormat(region, { month: 'long', year: 'numeric', timeZone: 'UTC' })

export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

export const number = (value: number) => numbers.format(value)

/** The form for a count, with `#` replaced by the count. */
export function plural(count: number, forms: PluralForms): string {
  return (forms[rules.select(count)] ?? forms.other).replaceAll('#', number(count))
}

const lists = new Intl.ListFormat(language)

/** The items with commas and a conjunction before the last. */
export const list = (items: readonly string[]) => lists.format(items)

const percents = new Intl.NumberFormat(region, { style: 'percent' })
const finePercents = new Intl.NumberFormat(region, { style: 'percent', maximumFractionDigits: 1 })

/** @param share 0…1 */
export const percent = (share: number) => percents.format(share)
/** With tenths. @param share 0…1 */
export const finePercent = (share: number) => finePercents.format(share)

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const

/** In units of a thousand, as file managers and drives count. */
export function bytes(count: number): string {
  let value = Math.max(1, count / 1000)
  let unit = 0
  for (; value >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000
  return `${unit === 0 ? number(Math.ceil(value)) : shortNumbers.format(value)} ${UNITS[unit]}`
}

/** @param time ISO 8601 */
export const day = (time: string) => days.format(new Date(time))
export const longDay = (time: string) => longDays.format(new Date(time))
export const timeOfDay = (time: string) => times.format(new Date(time))

/** @param month such as `2024-09` */
export const monthName = (month: string) => months.format(new Date(`${month}-01T00:00:00Z`))
export const shortMonthName = (month: string) => shortMonths.format(new Date(`${month}-01T00:00:00Z`))

const degrees = new Intl.NumberFormat(region, { maximumFractionDigits: 2, minimumFractionDigits: 2 })

/** A place on the earth, such as `52.52° N, 13.41° E`. */
export function coordinates(latitude: number, longitude: number): string {
  const north = `${degrees.format(Math.abs(latitude))}° ${latitude < 0 ? 'S' : 'N'}`
  const [east, west] = language === 'de' ? ['O', 'W'] : ['E', 'W']
  return `${north}, ${degrees.format(Math.abs(longitude))}° ${longitude < 0 ? west : east}`
}

/** @param time of the clock of a camera, with or without an offset */
const onClock = (time: string) => new Date(`${time.slice(0, 19)}Z`)
export const clockDay = (time: string) => clockDays.format(onClock(time))
export const longClockDay = (time: string) => longClockDays.format(onClock(time))
export const clockTimeOfDay = (time: string) => clockTimes.format(onClock(time))

/** @param seconds of an exposure, written as photographers do: `1/800 s`, `2.5 s` */
export function exposure(seconds: number): string {
  return seconds > 0 && seconds < 0.3 ? `1/${Math.round(1 / seconds)} s` : `${number(seconds)} s`
}

/** @param code ISO 639-1 */
export function languageName(code: string): string {
  return languages.of(code) ?? code
}
