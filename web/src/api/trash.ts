import type { InferRequestType, InferResponseType } from 'hono/client'
import { api, type Image, until } from './client.ts'
import { responseError } from './errors.ts'
import { read } from './request.ts'

type TrashList = InferResponseType<typeof api.trash.$get>
type TrashQuery = NonNullable<InferRequestType<typeof api.trash.$get>['query']>

/** An image that can be restored until `expires_at`. */
export type TrashedImage = TrashList['images'][number]

/** Maximum number of images that one request restores. */
const MAX_RESTORED = 1000

export function listTrash(query: TrashQuery, signal?: AbortSignal): Promise<TrashList> {
  return read(api.trash.$get({ query }, until(signal)))
}

/** Puts images back to their places. @returns those that were in the trash, and a sentence for each other one */
export async function restoreImages(
  ids: readonly string[],
  options: RequestInit = {},
): Promise<{ images: Image[]; failures: string[] }> {
  const all: { images: Image[]; failures: string[] } = { images: [], failures: [] }
  for (let start = 0; start < ids.length; start += MAX_RESTORED) {
    const image_ids = ids.slice(start, start + MAX_RESTORED)
    const { images, failed } = await read(api.trash.restore.$post({ json: { image_ids } }, { init: options }))
    all.images.push(...images)
    for (const failure of failed)
      all.failures.push(`${failure.path}: ${(await responseError(failure, 200)).message}`)
  }
  return all
}

/** Deletes all files in the trash from the disk. */
export async function emptyTrash(): Promise<number> {
  const { removed } = await read(api.trash.$delete())
  return removed
}
