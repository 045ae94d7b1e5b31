import { type Image, revealImage } from '../api/client.ts'
import { useToast } from '../components/toast.tsx'

/** Shows a file in the file manager of this machine, or why that failed. */
export function useReveal(): (image: Image) => Promise<void> {
  const toast = useToast()
  return async ({ id }) => {
    try {
      await revealImage(id)
    } catch (error) {
      toast.show({ text: error instanceof Error ? error.message : String(error) })
    }
  }
}
