import { shortMonthName } from '../messages/format.ts'

/** A month of a list, and where it begins in it. */
export interface MonthPlace {
  /** Such as `2024-09`. */
  month: string
  count: number
  /** In pixels of the list. */
  top: number
}

export interface TimelineMarks {
  /** One mark for each month with enough room; `share` is 0…1 of the fullest month. */
  bars: { y: number; share: number }[]
  /** Years, or months where the list spans few of them. */
  labels: { y: number; text: string }[]
}

/** Marks that are nearer to each other, in CSS pixels, become one. */
const BAR_STEP = 4
const LABEL_STEP = 26
/** In a list that spans more months, years are named. */
const MAX_MONTHS = 14

/** @param length over which the list scrolls, @param height of the track, both in pixels */
export function timelineMarks(months: readonly MonthPlace[], length: number, height: number): TimelineMarks {
  const yOf = (top: number) => Math.min(1, top / Math.max(1, length)) * height
  const most = months.reduce((max, { count }) => Math.max(max, count), 1)
  const bars: TimelineMarks['bars'] = []
  for (const [n, { top, count }] of months.entries()) {
    // Between the labels, in the middle of its month.
    const end = months[n + 1]?.top ?? length
    const [y, share] = [(yOf(top) + yOf(end)) / 2, count / most]
    const last = bars.at(-1)
    if (last !== undefined && y - last.y < BAR_STEP) last.share = Math.max(last.share, share)
    else bars.push({ y, share })
  }
  const areMonthsNamed = spanOf(months) <= MAX_MONTHS
  const labels: TimelineMarks['labels'] = []
  let named = ''
  for (const { month, top } of months) {
    const text = areMonthsNamed ? shortMonthName(month) : month.slice(0, 4)
    const y = yOf(top)
    if (text === named || y - (labels.at(-1)?.y ?? -LABEL_STEP) < LABEL_STEP) continue
    labels.push({ y, text })
    named = text
  }
  return { bars, labels }
}

/** From the first month to the last, both included. */
function spanOf(months: readonly MonthPlace[]): number {
  const numberOf = (place: MonthPlace | undefined) => {
    const [year = 0, month = 0] = (place?.month ?? '').split('-').map(Number)
    return year * 12 + month
  }
  return Math.abs(numberOf(months[0]) - numberOf(months.at(-1))) + 1
}

/** The month of a place in the list; -1 in an empty list. */
export function monthAt(months: readonly MonthPlace[], offset: number): number {
  return Math.max(
    Math.min(0, months.length - 1),
    months.findLastIndex(({ top }) => top <= offset),
  )
}

/** The month to which a key leads: one month or one year on, or either end. */
export function monthAfterKey(months: readonly MonthPlace[], at: number, key: string): number | undefined {
  const last = months.length - 1
  const yearOf = (index: number) => months[index]?.month.slice(0, 4)
  const nextYear = months.findIndex((_, n) => n > at && yearOf(n) !== yearOf(at))
  const previousYear = months.findLastIndex((_, n) => n < at && yearOf(n) !== yearOf(at))
  const firstOf = (index: number) => months.findIndex((_, n) => yearOf(n) === yearOf(index))
  const targets: Record<string, number> = {
    ArrowDown: Math.min(last, at + 1),
    ArrowRight: Math.min(last, at + 1),
    ArrowUp: Math.max(0, at - 1),
    ArrowLeft: Math.max(0, at - 1),
    PageDown: nextYear < 0 ? last : nextYear,
    PageUp: previousYear < 0 ? 0 : firstOf(previousYear),
    Home: 0,
    End: last,
  }
  return targets[key]
}
