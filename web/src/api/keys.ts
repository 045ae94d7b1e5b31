import type { InferRequestType, InferResponseType } from 'hono/client'
import { api, until } from './client.ts'
import { read } from './request.ts'

export type ApiKey = InferResponseType<typeof api.keys.$get>['keys'][number]
export type CreatedApiKey = InferResponseType<typeof api.keys.$post>
type NewApiKey = InferRequestType<typeof api.keys.$post>['json']

/** The user's own keys, the newest first. */
export async function listKeys(signal?: AbortSignal): Promise<ApiKey[]> {
  const { keys } = await read(api.keys.$get({}, until(signal)))
  return keys
}

export function createKey(json: NewApiKey): Promise<CreatedApiKey> {
  return read(api.keys.$post({ json }))
}

export async function revokeKey(id: string): Promise<void> {
  await api.keys[':key_id'].$delete({ param: { key_id: id } })
}
