import { type Image, type Images, jsonOf, queryOf, request } from './client.ts'

/** An image that can be restored until `expires_at`. */
export type TrashedImage = Image & { deleted_at: string; expires_at: string }

/** The most images that one request restores. */
const MAX_RESTORED = 1000

export function listTrash(
  parameters: { page: number; items_per_page: number },
  signal?: AbortSignal,
): Promise<{ images: TrashedImage[]; total: number }> {
  return request(`/api/trash?${queryOf(parameters)}`, { signal: signal ?? null })
}

/** Puts images back to their places. @returns those that were in the trash */
export async function restoreImages(ids: readonly string[], options: RequestInit = {}): Promise<Image[]> {
  const restored: Image[] = []
  for (let start = 0; start < ids.length; start += MAX_RESTORED) {
    const image_ids = ids.slice(start, start + MAX_RESTORED)
    const { images } = await request<Images>('/api/trash/restore', {
      ...jsonOf('POST', { image_ids }),
      ...options,
    })
    restored.push(...images)
  }
  return restored
}

/** Deletes all files in the trash from the disk. */
export async function emptyTrash(): Promise<number> {
  const { removed } = await request<{ removed: number }>('/api/trash', { method: 'DELETE' })
  return removed
}
