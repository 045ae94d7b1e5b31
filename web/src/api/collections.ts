import type { InferRequestType, InferResponseType } from 'hono/client'
import { api, until } from './client.ts'
import { read } from './request.ts'

const collection = api.collections[':collection_id']

/** A named set of images, or a saved search. */
export type Collection = InferResponseType<typeof collection.$patch>

export type NewCollection = InferRequestType<typeof api.collections.$post>['json']

/** More are not listed. */
const MAX_LISTED = 1000

export async function listCollections(signal?: AbortSignal): Promise<Collection[]> {
  const query = { items_per_page: MAX_LISTED }
  const { collections } = await read(api.collections.$get({ query }, until(signal)))
  return collections
}

export function createCollection(json: NewCollection): Promise<Collection> {
  return read(api.collections.$post({ json }))
}

export function changeCollection(id: string, json: { name?: string; shared?: boolean }): Promise<Collection> {
  return read(collection.$patch({ param: { collection_id: id }, json }))
}

export function deleteCollection(id: string): Promise<unknown> {
  return read(collection.$delete({ param: { collection_id: id } }))
}

export function changeMembers(
  id: string,
  { add, remove }: { add?: readonly string[]; remove?: readonly string[] },
): Promise<Collection> {
  const json = { ...(add && { add: [...add] }), ...(remove && { remove: [...remove] }) }
  return read(collection.images.$post({ param: { collection_id: id }, json }))
}

/** Gives images a star of the user's own, or removes it. */
export function setStars(imageIds: readonly string[], starred: boolean): Promise<unknown> {
  return read(api.stars.$post({ json: { image_ids: [...imageIds], starred } }))
}
