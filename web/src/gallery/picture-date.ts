import type { Image } from '../api/client.ts'
import { clockDay, clockTimeOfDay, day, timeOfDay } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'

type Dated = Pick<Image, 'captured_at' | 'modified_at'>

/** The day of a picture, marked if it is that of the file: a copy or an edit has another one. */
export function dayOf({ captured_at, modified_at }: Dated): string {
  return captured_at === null ? messages.viewer.ofFile(day(modified_at)) : clockDay(captured_at)
}

/** The day and time of a picture, marked in the same way. */
export function dateOf({ captured_at, modified_at }: Dated): string {
  return captured_at === null
    ? messages.viewer.ofFile(`${day(modified_at)}, ${timeOfDay(modified_at)}`)
    : `${clockDay(captured_at)}, ${clockTimeOfDay(captured_at)}`
}
