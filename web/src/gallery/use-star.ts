import { useQueryClient } from '@tanstack/react-query'
import type { Image } from '../api/client.ts'
import { setStars } from '../api/collections.ts'
import { useToast } from '../components/toast.tsx'

/** Gives a picture the user's star, or removes it. */
export function useStar(): (image: Image) => Promise<void> {
  const client = useQueryClient()
  const toast = useToast()
  return async (image) => {
    try {
      await setStars([image.id], image.starred !== true)
    } catch (error) {
      toast.show({ text: error instanceof Error ? error.message : String(error) })
    }
    await client.invalidateQueries({ queryKey: ['images'] })
  }
}
