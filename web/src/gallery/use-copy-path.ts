import type { Image } from '../api/client.ts'
import { useToast } from '../components/toast.tsx'
import { messages } from '../messages/messages.ts'

/** Copies the path of a picture; where the browser refuses that, it is shown. */
export function useCopyPath(): (image: Image) => Promise<void> {
  const toast = useToast()
  return async ({ path }) => {
    try {
      await navigator.clipboard.writeText(path)
      toast.show({ text: messages.gallery.pathCopied })
    } catch {
      // Without permission, or over plain HTTP, the path can still be read.
      toast.show({ text: path })
    }
  }
}
