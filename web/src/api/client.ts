import { hc, type InferRequestType, type InferResponseType } from 'hono/client'
import type { Role } from '../../../server/src/contract/roles.ts'
import type { Api } from '../../../server/src/http/contract/client.ts'
import { language } from '../messages/language.ts'
import { noteAct, read, type Sending, send, sendWithProgress } from './request.ts'

export { ApiError, isPassing } from './errors.ts'
export { onSignedOut } from './request.ts'
export type { Role }

/** The routes of the server. Their types are those of its contracts. */
export const { api } = hc<Api>('/', { fetch: send })

const image = api.images[':image_id']
const user = api.users[':user_id']
const savedQuery = api.queries[':id']

export type Image = InferResponseType<typeof image.$get>
export type Images = InferResponseType<typeof api.images.$get>
export type IndexStatus = InferResponseType<typeof api.index.status.$get>
export type IndexAccount = InferResponseType<typeof api.index.account.$get>
export type Folder = InferResponseType<(typeof api.fs)['watched-directories']['$get']>
export type Month = InferResponseType<typeof api.timeline.$get>[number]
export type SavedQuery = InferResponseType<typeof savedQuery.$get>
export type Session = InferResponseType<typeof api.session.$get>
type Completion = InferResponseType<typeof api.words.$get>
type Account = InferResponseType<typeof api.account.$get>
export type User = InferResponseType<typeof user.$get>
export type DuplicateList = InferResponseType<typeof api.images.duplicates.$get>
export type FailureList = InferResponseType<typeof api.index.failures.$get>
export type UserList = InferResponseType<typeof api.users.$get>

type ListQuery = NonNullable<InferRequestType<typeof api.images.$get>['query']>
type UserQuery = NonNullable<InferRequestType<typeof api.users.$get>['query']>
type UploadForm = InferRequestType<typeof api.images.$post>['form']
type SearchBody = NonNullable<InferRequestType<typeof api.images.search.$post>['json']>

/** Decision about a file whose name is taken by other bytes. */
export type OnConflict = NonNullable<UploadForm['on_conflict']>

export type OrderBy = NonNullable<ListQuery['order_by']>

/** Filters of a list or a search. Times without a zone are compared with the clock of the camera. */
export type Filters = Omit<ListQuery, 'page' | 'items_per_page' | 'order_by' | 'direction'>

export type ListParameters = Filters &
  Required<Pick<ListQuery, 'page' | 'items_per_page' | 'order_by' | 'direction'>>

export type SearchRequest = Extract<SearchBody, { parts: unknown }>
export type SearchPart = SearchRequest['parts'][number]

export const ROLES = ['user', 'editor', 'admin'] as const satisfies readonly Role[]

export function listImages(parameters: ListParameters, signal?: AbortSignal): Promise<Images> {
  return read(api.images.$get({ query: parameters }, until(signal)))
}

/** The months that have images which pass the filters, in the order of a list by `captured_at`. */
export function getTimeline(
  parameters: Filters & Pick<ListQuery, 'direction'>,
  signal?: AbortSignal,
): Promise<Month[]> {
  return read(api.timeline.$get({ query: parameters }, until(signal)))
}

export function getImage(id: string, signal?: AbortSignal): Promise<Image> {
  return read(image.$get({ param: { image_id: id } }, until(signal)))
}

/** Words of the model that complete the end of a text, those in the language of the page first. */
export function completeWords(text: string, limit: number, signal?: AbortSignal): Promise<Completion> {
  return read(api.words.$get({ query: { prefix: text, limit, language } }, until(signal)))
}

/** Stores a picture or a drawing on the server for a while, so that a search with it has an address. */
export function saveQuery(
  picture: Blob,
  kind: SavedQuery['kind'],
  { sketch, onProgress, signal }: { sketch?: unknown } & Partial<Sending> = {},
): Promise<SavedQuery> {
  const strokes = sketch === undefined ? undefined : JSON.stringify(sketch)
  const form = { image: asFile(picture), kind, sketch: strokes }
  return read(api.queries.$post({ form }, { fetch: sendWithProgress({ onProgress, signal }) }))
}

export function getSavedQuery(id: string, signal?: AbortSignal): Promise<SavedQuery> {
  return read(savedQuery.$get({ param: { id } }, until(signal)))
}

/** Groups of near-identical images. */
export const GROUPS_PER_PAGE = 50

export const DUPLICATE_LEVELS = ['very_alike', 'alike', 'identical'] as const
export const DUPLICATE_ORDERS = ['space', 'images'] as const

export interface DuplicateChoice {
  level: (typeof DUPLICATE_LEVELS)[number]
  order_by: (typeof DUPLICATE_ORDERS)[number]
}

export function listDuplicates(
  page: number,
  choice: DuplicateChoice,
  signal?: AbortSignal,
): Promise<DuplicateList> {
  const query = { ...choice, items_per_page: GROUPS_PER_PAGE, page }
  return read(api.images.duplicates.$get({ query }, until(signal)))
}

export function deleteImage(id: string): Promise<unknown> {
  return read(image.$delete({ param: { image_id: id } }))
}

export function getFolders(signal?: AbortSignal): Promise<Folder> {
  return read(api.fs['watched-directories'].$get({}, until(signal)))
}

/** Adds a file to a folder of the gallery. */
export async function uploadImage(
  file: File,
  place: Required<Pick<UploadForm, 'directory' | 'on_conflict'>>,
  sending: Sending,
): Promise<Image> {
  const form = { image: file, ...place }
  return (await read(api.images.$post({ form }, { fetch: sendWithProgress(sending) }))).image
}

/**
 * Images with the bytes of a file of an upload, which counts as a user action.
 * @param hash SHA-256, hexadecimal
 * @returns none if only the trash has them; undefined if the gallery does not have them
 */
export async function knownImages(hash: string, signal: AbortSignal): Promise<Image[] | undefined> {
  noteAct()
  const { known } = await read(api.images.known.$post({ json: { sha256: [hash] } }, until(signal)))
  return known[0]?.images
}

const NAMESAKES_PER_PAGE = 100

/** The image at a path. @returns undefined if there is none in the index */
export async function findByPath(path: string, signal: AbortSignal): Promise<Image | undefined> {
  const slash = path.lastIndexOf('/')
  for (let page = 1; ; page++) {
    const { images } = await listImages(
      {
        directory: slash < 0 ? '.' : path.slice(0, slash),
        recursive: false,
        // Other names may contain this one, so the image is not always on the first page.
        name_contains: path.slice(slash + 1),
        page,
        items_per_page: NAMESAKES_PER_PAGE,
        order_by: 'user_visible_name',
        direction: 'ascending',
      },
      signal,
    )
    const found = images.find((one) => one.path === path)
    if (found !== undefined || images.length < NAMESAKES_PER_PAGE) return found
  }
}

/** Shows a file in the file manager of the machine that runs the server. */
export function revealImage(id: string): Promise<unknown> {
  return read(image.reveal.$post({ param: { image_id: id } }))
}

/** Removes files from the index that are gone, however many they are. */
export function acceptMissing(): Promise<unknown> {
  return read(api.index.reconcile.$post({ query: { accept_missing: true } }))
}

/** Compares the index with the folder. */
export function reconcile(): Promise<unknown> {
  return read(api.index.reconcile.$post({}))
}

/** Tries the files again that could not be indexed. */
export function retryFailures(): Promise<unknown> {
  return read(api.index.failures.retry.$post())
}

export function getIndexStatus(signal?: AbortSignal): Promise<IndexStatus> {
  return read(api.index.status.$get({}, until(signal)))
}

export function getIndexAccount(signal?: AbortSignal): Promise<IndexAccount> {
  return read(api.index.account.$get({}, until(signal)))
}

export function listFailures(signal?: AbortSignal): Promise<FailureList> {
  return read(api.index.failures.$get({ query: { items_per_page: 100 } }, until(signal)))
}

export function getSession(signal?: AbortSignal): Promise<Session> {
  return read(api.session.$get({}, until(signal)))
}

/** Address and role of the signed-in user. */
export function getAccount(signal?: AbortSignal): Promise<Account> {
  return read(api.account.$get({}, until(signal)))
}

/** Requests a code by e-mail. */
export function startSignIn(email: string): Promise<Session> {
  return read(api.auth.otp.start.$post({ json: { email } }))
}

export function verifyCode(code: string): Promise<Session> {
  return read(api.auth.otp.verify.$post({ json: { code } }))
}

export function signOut(): Promise<Session> {
  return read(api.session.logout.$post())
}

export function listUsers(filter: UserQuery, signal?: AbortSignal): Promise<UserList> {
  return read(api.users.$get({ query: filter }, until(signal)))
}

export function addUser(email: string, role: Role): Promise<User> {
  return read(api.users.$post({ json: { email, role } }))
}

/** Changes only the members that are present. */
export function changeUser(id: string, change: { email?: string; role?: Role }): Promise<User> {
  return read(user.$put({ param: { user_id: id }, json: change }))
}

export async function removeUser(id: string): Promise<void> {
  await user.$delete({ param: { user_id: id } })
}

/** Options of a request that a signal ends. */
export function until(signal: AbortSignal | undefined): { init: RequestInit } {
  return { init: { signal: signal ?? null } }
}

export function asFile(picture: Blob): File {
  return new File([picture], 'query.png', { type: picture.type })
}
