import { language, region } from './language.ts'

const numbers = new Intl.NumberFormat(region)
const shortNumbers = new Intl.NumberFormat(region, { maximumSignificantDigits: 3 })
const rules = new Intl.PluralRules(language)
const days = new Intl.DateTimeFormat(region, { day: 'numeric', month: 'long', year: 'numeric' })
const longDays = new Intl.DateTimeFormat(region, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})
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

/** @param share 0…1 */
export const percent = (share: number) => `${Math.round(share * 100)} %`

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
