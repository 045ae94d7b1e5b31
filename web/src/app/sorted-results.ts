import type { Image, Images } from '../api/client.ts'
import { language } from '../messages/language.ts'
import { orderOf, type Sort } from '../state/address.ts'

const NAMES = new Intl.Collator(language, { numeric: true })

/** Results in another order than that of the search, the close ones before the others, among which they would be lost. */
export function sortedResults(found: Images, sort: Sort): Images {
  const { order_by, direction } = orderOf({ sort, isRecent: false })
  const sign = direction === 'ascending' ? 1 : -1
  const compare = (a: Image, b: Image) =>
    order_by === 'captured_at'
      ? clockOf(a) - clockOf(b)
      : NAMES.compare(a.user_visible_name, b.user_visible_name)
  const sorted = (images: Image[]) => images.toSorted((a, b) => sign * compare(a, b))
  const end = found.close?.total ?? found.images.length
  return { ...found, images: [...sorted(found.images.slice(0, end)), ...sorted(found.images.slice(end))] }
}

/** The time on the clock of the camera, whatever its zone, as if that clock showed UTC; that of the local clock for the date of a file. */
function clockOf({ captured_at, modified_at }: Image): number {
  if (captured_at !== null) return Date.parse(`${captured_at.replace(/(Z|[+-]\d\d:\d\d)$/, '')}Z`)
  const modified = new Date(modified_at)
  return modified.getTime() - modified.getTimezoneOffset() * 60_000
}
