import { messages } from '../messages/messages.ts'

/** The name of a folder; the root has none of its own. */
export function nameOf(directory: string): string {
  return directory === '.' ? messages.gallery.allPictures : directory
}
