import type { ImageJson, ImagesJson, IndexStatusJson } from '../../../server/src/http/schemas.ts'
import { messages } from '../messages.ts'

export type Image = ImageJson
export type Images = ImagesJson
export type IndexStatus = IndexStatusJson
export type OrderBy = 'created_at' | 'modified_at' | 'user_visible_name'

export interface ListParameters {
  page: number
  items_per_page: number
  order_by: OrderBy
  direction: 'ascending' | 'descending'
  name_contains?: string | undefined
}

export interface IndexFailure {
  path: string
  code: string
  reason: string
  failed_at: string
}

/** The server's own sentence, or ours where it could not answer. */
export class ApiError extends Error {
  readonly code: string

  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

export function listImages(parameters: ListParameters, signal?: AbortSignal): Promise<Images> {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(key, String(value))
  }
  return request(`/api/images?${query}`, { signal: signal ?? null })
}

export function getImage(id: string, signal?: AbortSignal): Promise<Image> {
  return request(`/api/images/${id}`, { signal: signal ?? null })
}

/** @param kind `auto` lets the server tell a drawing from a picture */
export function searchByPicture(
  picture: Blob,
  kind: 'sketch' | 'image' | 'auto',
  topK: number,
  signal?: AbortSignal,
): Promise<Images> {
  const form = new FormData()
  form.set('image', picture, 'query.png')
  form.set('top_k', String(topK))
  form.set('kind', kind)
  form.set('query_json', JSON.stringify({ items_per_page: topK }))
  return request('/api/images/similarity-search', { method: 'POST', body: form, signal: signal ?? null })
}

export function searchByImage(id: string, topK: number, signal?: AbortSignal): Promise<Images> {
  return request('/api/images/search-by-image', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ image_id: id, top_k: topK, query: { items_per_page: topK } }),
    signal: signal ?? null,
  })
}

/** Lets the index forget files that are gone, however many they are. */
export function acceptMissing(): Promise<unknown> {
  return request('/api/index/reconcile?accept_missing=true', { method: 'POST' })
}

/** Tries the files again that could not be indexed. */
export function retryFailures(): Promise<unknown> {
  return request('/api/index/failures/retry', { method: 'POST' })
}

export function getIndexStatus(signal?: AbortSignal): Promise<IndexStatus> {
  return request('/api/index/status', { signal: signal ?? null })
}

export function listFailures(signal?: AbortSignal): Promise<{ failures: IndexFailure[]; total: number }> {
  return request('/api/index/failures?items_per_page=100', { signal: signal ?? null })
}

async function request<T>(url: string, init: RequestInit): Promise<T> {
  let response: Response
  try {
    response = await fetch(url, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(messages.error.unreachable, 'unreachable')
  }
  if (response.ok) return response.json()
  const answer: unknown = await response.json().catch(() => ({}))
  throw new ApiError(textOf(answer, 'error') ?? messages.gallery.failed, textOf(answer, 'code') ?? 'unknown')
}

function textOf(answer: unknown, key: string): string | undefined {
  const value = typeof answer === 'object' && answer !== null ? Reflect.get(answer, key) : undefined
  return typeof value === 'string' ? value : undefined
}
