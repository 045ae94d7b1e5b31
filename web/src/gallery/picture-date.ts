import type { Image } from '../api/client.ts'
import { clockDay, day } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'

/** The day of a picture, marked if it is that of the file: a copy or an edit has another one. */
export function dayOf({ captured_at, modified_at }: Pick<Image, 'captured_at' | 'modified_at'>): string {
  return captured_at === null ? messages.viewer.ofFile(day(modified_at)) : clockDay(captured_at)
}
