import type { Image } from '../api/client.ts'

/** A list of images of any length, of which only the visible part is fetched. */
export interface ImageList {
  count: number
  /** undefined while it is not here. */
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

/** A list that is here as a whole. */
export function wholeList(
  images: Image[],
  state: Pick<ImageList, 'isLoading' | 'error' | 'retry'>,
): ImageList {
  return {
    ...state,
    count: images.length,
    imageAt: (index) => images[index],
    loaded: () => images.entries(),
    load: async (first, last) => images.slice(first, last + 1),
    onRange: () => {},
  }
}

/** Without images that are about to be deleted, as far as the list is here. */
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

/** The place of an image, if it is here. */
export function indexIn(list: ImageList, id: string): number | undefined {
  for (const [index, image] of list.loaded()) if (image.id === id) return index
  return undefined
}
