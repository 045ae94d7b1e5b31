import type { IndexAccountJson } from '../../../server/src/http/contract/index-account.ts'
import type {
  ImageJson,
  ImagesJson,
  IndexStatusJson,
  WatchedDirectoryJson,
} from '../../../server/src/http/schemas.ts'
import { messages } from '../messages/messages.ts'
import type { Filters } from './filters.ts'
import { parseJson, serverUrl } from './server-url.ts'

export type { Filters }

export type Image = ImageJson
export type Images = ImagesJson
export type IndexStatus = IndexStatusJson
export type IndexAccount = IndexAccountJson
export type Folder = WatchedDirectoryJson
export type OrderBy = 'captured_at' | 'created_at' | 'modified_at' | 'user_visible_name'

export interface ListParameters extends Filters {
  page: number
  items_per_page: number
  order_by: OrderBy
  direction: 'ascending' | 'descending'
}

export interface IndexFailure {
  path: string
  code: string
  reason: string
  failed_at: string
}

/** A part of a search, as the API takes it. */
export type SearchPart = { weight?: number } & (
  | { kind: 'sketch' | 'image' | 'auto'; query_id?: string; upload?: string }
  | { kind: 'image_id'; image_id: string }
  | { kind: 'region'; image_id?: string; query_id?: string; crop: readonly number[] }
  | { kind: 'text'; text: string }
  | { kind: 'colours'; colours: readonly { hex: string; share: number }[] }
)

export interface SearchRequest {
  parts: SearchPart[]
  top_k: number
  /** Whether words for each image are wanted. */
  words?: boolean
  query: Filters & { items_per_page: number }
}

export interface SavedQuery {
  id: string
  kind: 'sketch' | 'image' | 'auto'
  sketch: unknown
  image_url: string
}

export const ROLES = ['user', 'editor', 'admin'] as const
export type Role = (typeof ROLES)[number]

export type Session =
  | { state: 'anonymous' }
  | { state: 'challenge_issued' }
  | { state: 'authenticated'; role: Role }

export interface User {
  id: string
  email: string
  role: Role
}

/** The server's own sentence, or ours where it could not answer. */
export class ApiError extends Error {
  readonly code: string
  /** Whether the server was unreachable, or announced a pause. */
  readonly isPassing: boolean

  /** @param status of the answer; undefined if there was none */
  constructor(message: string, code: string, status: number | undefined) {
    super(message)
    this.code = code
    this.isPassing = status === undefined || [502, 503, 504].includes(status)
  }
}

export function isPassing(error: unknown): error is ApiError {
  return error instanceof ApiError && error.isPassing
}

export function listImages(parameters: ListParameters, signal?: AbortSignal): Promise<Images> {
  return request(`/api/images?${queryOf(parameters)}`, { signal: signal ?? null })
}

export interface Month {
  /** Such as `2026-05`. */
  month: string
  count: number
  mean_aspect: number
}

/** The months that have images which pass the filters, in the order of a list by `captured_at`. */
export function getTimeline(
  parameters: Filters & { direction: 'ascending' | 'descending' },
  signal?: AbortSignal,
): Promise<Month[]> {
  return request(`/api/timeline?${queryOf(parameters)}`, { signal: signal ?? null })
}

export function getImage(id: string, signal?: AbortSignal): Promise<Image> {
  return request(`/api/images/${id}`, { signal: signal ?? null })
}

/** Words that the model understands and that begin with a prefix. */
export async function completeWords(prefix: string, limit: number, signal?: AbortSignal): Promise<string[]> {
  const { words } = await request<{ words: string[] }>(`/api/words?${queryOf({ prefix, limit })}`, {
    signal: signal ?? null,
  })
  return words
}

/** Lets the server keep a picture or a drawing for a while, so that a search with it has an address. */
export function saveQuery(
  picture: Blob,
  kind: SavedQuery['kind'],
  { sketch, onProgress, signal }: { sketch?: unknown } & Partial<Sending> = {},
): Promise<SavedQuery> {
  const form = new FormData()
  form.set('image', picture, 'query.png')
  form.set('kind', kind)
  if (sketch !== undefined) form.set('sketch', JSON.stringify(sketch))
  return send('/api/queries', form, { onProgress, signal })
}

export function getSavedQuery(id: string, signal?: AbortSignal): Promise<SavedQuery> {
  return request(`/api/queries/${id}`, { signal: signal ?? null })
}

/** Groups of near-identical images. */
export const GROUPS_PER_PAGE = 50

export function listDuplicates(
  page: number,
  signal?: AbortSignal,
): Promise<{ groups: { images: Image[] }[]; total: number; progress: number }> {
  return request(`/api/images/duplicates?items_per_page=${GROUPS_PER_PAGE}&page=${page}`, {
    signal: signal ?? null,
  })
}

export function deleteImage(id: string): Promise<unknown> {
  return request(`/api/images/${id}`, { method: 'DELETE' })
}

export function getFolders(signal?: AbortSignal): Promise<Folder> {
  return request('/api/fs/watched-directories', { signal: signal ?? null })
}

/** Adds a file to a folder of the gallery. The server keeps both files if the name is taken by other bytes. */
export async function uploadImage(file: File, directory: string, sending: Sending): Promise<Image> {
  const form = new FormData()
  form.set('image', file)
  form.set('directory', directory)
  return (await send<{ image: Image }>('/api/images', form, sending)).image
}

/** Lets the index forget files that are gone, however many they are. */
export function acceptMissing(): Promise<unknown> {
  return request('/api/index/reconcile?accept_missing=true', { method: 'POST' })
}

/** Compares the index with the folder. */
export function reconcile(): Promise<unknown> {
  return request('/api/index/reconcile', { method: 'POST' })
}

/** Tries the files again that could not be indexed. */
export function retryFailures(): Promise<unknown> {
  return request('/api/index/failures/retry', { method: 'POST' })
}

export function getIndexStatus(signal?: AbortSignal): Promise<IndexStatus> {
  return request('/api/index/status', { signal: signal ?? null })
}

export function getIndexAccount(signal?: AbortSignal): Promise<IndexAccount> {
  return request('/api/index/account', { signal: signal ?? null })
}

export function listFailures(signal?: AbortSignal): Promise<{ failures: IndexFailure[]; total: number }> {
  return request('/api/index/failures?items_per_page=100', { signal: signal ?? null })
}

export function getSession(signal?: AbortSignal): Promise<Session> {
  return request('/api/session', { signal: signal ?? null })
}

/** Asks for a code by e-mail. */
export function startSignIn(email: string): Promise<Session> {
  return request('/api/auth/otp/start', jsonOf('POST', { email }))
}

export function verifyCode(code: string): Promise<Session> {
  return request('/api/auth/otp/verify', jsonOf('POST', { code }))
}

export function signOut(): Promise<Session> {
  return request('/api/session/logout', { method: 'POST' })
}

export function listUsers(
  filter: { email: string; role: Role | undefined; page: number; page_size: number },
  signal?: AbortSignal,
): Promise<{ users: User[]; total: number }> {
  return request(`/api/users?${queryOf(filter)}`, { signal: signal ?? null })
}

export function addUser(email: string, role: Role): Promise<User> {
  return request('/api/users', jsonOf('POST', { email, role }))
}

export function changeUser(id: string, email: string, role: Role): Promise<User> {
  return request(`/api/users/${id}`, jsonOf('PUT', { email, role }))
}

export function removeUser(id: string): Promise<unknown> {
  return request(`/api/users/${id}`, { method: 'DELETE' })
}

export function jsonOf(method: string, body: object): RequestInit {
  return { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}

export function queryOf(parameters: object): URLSearchParams {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(key, String(value))
  }
  return query
}

const signedOutListeners = new Set<() => void>()

/** Reports responses without a session. @returns a function that ends the reports */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener)
  return () => signedOutListeners.delete(listener)
}

/** Sends a form that may take a while. */
export interface Sending {
  /** Gets the share that has been sent, 0…1. */
  onProgress: ((share: number) => void) | undefined
  signal: AbortSignal | undefined
}

/** Like `request`, but reports the share that has been sent, which fetch does not. */
function send<T>(url: string, form: FormData, { onProgress, signal }: Sending): Promise<T> {
  const sending = new XMLHttpRequest()
  return new Promise((resolve, reject) => {
    if (onProgress !== undefined)
      sending.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total)
    sending.onload = () => {
      const { status, responseText } = sending
      const answer = parseJson(responseText)
      if (status === 200 && answer !== undefined) resolve(answer as T)
      else reject(errorOf(answer, status))
    }
    sending.onerror = () => reject(unreachable())
    const abort = () => sending.abort()
    if (signal?.aborted) return reject(new DOMException('aborted', 'AbortError'))
    signal?.addEventListener('abort', abort)
    sending.onloadend = () => signal?.removeEventListener('abort', abort)
    sending.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    sending.open('POST', serverUrl(url))
    sending.send(form)
  })
}

export async function request<T>(url: string, init: RequestInit): Promise<T> {
  let response: Response
  try {
    response = await fetch(serverUrl(url), init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw unreachable()
  }
  if (response.status === 204) return undefined as T
  const answer = parseJson(await response.text())
  if (response.ok && answer !== undefined) return answer as T
  throw errorOf(answer, response.status)
}

/** @param answer undefined if it is no JSON: a proxy has answered in place of the server */
function errorOf(answer: unknown, status: number): ApiError {
  if (answer === undefined) return proxyError(status)
  const code = textOf(answer, 'code') ?? 'unknown'
  if (code === 'not_signed_in') for (const listener of signedOutListeners) listener()
  return new ApiError(textOf(answer, 'error') ?? messages.app.failed, code, status)
}

function proxyError(status: number): ApiError {
  if (status === 413) return new ApiError(messages.app.tooLargeForProxy, 'too_large_for_proxy', status)
  if ([502, 503, 504].includes(status))
    return new ApiError(messages.app.proxyUnreachable, 'proxy_unreachable', status)
  return new ApiError(messages.app.foreignAnswer, 'foreign_answer', status)
}

function unreachable(): ApiError {
  return new ApiError(messages.app.unreachable, 'unreachable', undefined)
}

function textOf(answer: unknown, key: string): string | undefined {
  const value = typeof answer === 'object' && answer !== null ? Reflect.get(answer, key) : undefined
  return typeof value === 'string' ? value : undefined
}
