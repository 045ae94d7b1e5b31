import type { Image } from '../api/client.ts'

/** A list of images of any length, of which only the visible part is fetched. */
export interface ImageList {
  count: number
  /** undefined while it is not loaded. */
  imageAt: (index: number) => Image | undefined
  /** Loaded images with their positions. */
  loaded: () => Iterable<readonly [index: number, image: Image]>
  /** Fetches the missing part of a range, both ends included. */
  load: (first: number, last: number) => Promise<Image[]>
  onRange: (first: number, last: number) => void
  isLoading: boolean
  error: Error | null
  retry: () => void
}

interface Rest extends Pick<ImageList, 'isLoading' | 'error' | 'retry'> {
  /** Requests all images; a new list then contains them. */
  wantAll: () => void
  loadAll: () => Promise<readonly Image[]>
}

/** A list whose beginning is loaded. The rest is fetched at once when a part of it comes into view. */
export function begunList(
  images: readonly Image[],
  count: number,
  { wantAll, loadAll, ...state }: Rest,
): ImageList {
  return {
    ...state,
    count,
    imageAt: (index) => (index < count ? images[index] : undefined),
    loaded: () => images.slice(0, count).entries(),
    load: async (first, last) =>
      (last < images.length ? images : await loadAll()).slice(first, Math.min(last + 1, count)),
    onRange: (_, last) => {
      if (Math.min(last, count - 1) >= images.length) wantAll()
    },
  }
}

/** Those of some images that a list has: files without a tile of their own are not in it. */
export function amongLoaded(list: ImageList, images: ReadonlyMap<string, Image>): Map<string, Image> {
  if (images.size === 0) return new Map()
  const found = [...list.loaded()].filter(([, { id }]) => images.has(id))
  return new Map(found.map(([, image]) => [image.id, image]))
}

/** Without images that are about to be deleted, as far as the list is loaded. */
export function withoutHidden(list: ImageList, hidden: ReadonlyMap<string, Image>): ImageList {
  if (hidden.size === 0) return list
  const gone: number[] = []
  for (const [index, image] of list.loaded()) if (hidden.has(image.id)) gone.push(index)
  gone.sort((a, b) => a - b)
  const original = (index: number) => gone.reduce((at, place) => (place <= at ? at + 1 : at), index)
  const shown = (index: number) => index - gone.filter((place) => place < index).length
  return {
    ...list,
    count: list.count - gone.length,
    imageAt: (index) => list.imageAt(original(index)),
    *loaded() {
      for (const [index, image] of list.loaded()) if (!hidden.has(image.id)) yield [shown(index), image]
    },
    load: async (first, last) =>
      (await list.load(original(first), original(last))).filter(({ id }) => !hidden.has(id)),
    onRange: (first, last) => list.onRange(first, last + gone.length),
  }
}

/** The position of an image, if it is loaded. */
export function indexIn(list: ImageList, id: string): number | undefined {
  for (const [index, image] of list.loaded()) if (image.id === id) return index
  return undefined
}
