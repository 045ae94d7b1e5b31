import type { CollectionJson } from '../../../server/src/http/contract/collections.ts'
import { jsonOf, queryOf, request, type SearchRequest } from './client.ts'

/** A named set of images, or a saved search. */
export type Collection = CollectionJson

/** More are not listed. */
const MAX_LISTED = 1000

export async function listCollections(signal?: AbortSignal): Promise<Collection[]> {
  const url = `/api/collections?${queryOf({ items_per_page: MAX_LISTED })}`
  const { collections } = await request<{ collections: Collection[] }>(url, { signal: signal ?? null })
  return collections
}

export interface NewCollection {
  name: string
  image_ids?: readonly string[]
  /** A live collection: its images are found each time. */
  search?: Partial<SearchRequest>
}

export function createCollection(collection: NewCollection): Promise<Collection> {
  return request('/api/collections', jsonOf('POST', collection))
}

export function changeCollection(id: string, part: { name?: string; shared?: boolean }): Promise<Collection> {
  return request(`/api/collections/${id}`, jsonOf('PATCH', part))
}

export function deleteCollection(id: string): Promise<unknown> {
  return request(`/api/collections/${id}`, { method: 'DELETE' })
}

export function changeMembers(
  id: string,
  change: { add?: readonly string[]; remove?: readonly string[] },
): Promise<Collection> {
  return request(`/api/collections/${id}/images`, jsonOf('POST', change))
}

/** Gives images a star of the user's own, or removes it. */
export function setStars(image_ids: readonly string[], starred: boolean): Promise<unknown> {
  return request('/api/stars', jsonOf('POST', { image_ids, starred }))
}
