import { type Filters, type Image, listImages } from '../api/client.ts'

/** More files than a tile usually stands for, so that one request is enough. */
const FILES_PER_PAGE = 200
/** Tiles whose files are requested at the same time. */
const CONCURRENT_REQUESTS = 4

/** Number of files that some tiles stand for. */
export function fileCount(images: Iterable<Image>): number {
  let count = 0
  for (const { copies = 0 } of images) count += copies + 1
  return count
}

/**
 * Returns the pictures of some tiles with those that are folded into them.
 * @param filters of the list, with its `fold`: only files that pass count
 */
export async function withFolded(
  images: readonly Image[],
  filters: Filters,
  signal: AbortSignal,
): Promise<Image[]> {
  const files = new Map(images.map((image) => [image.id, image]))
  const folded = images.filter(({ copies }) => copies)
  for (let start = 0; start < folded.length; start += CONCURRENT_REQUESTS) {
    const groups = folded
      .slice(start, start + CONCURRENT_REQUESTS)
      .map(({ id }) => filesOf(id, filters, signal))
    for (const image of (await Promise.all(groups)).flat())
      if (!files.has(image.id)) files.set(image.id, image)
  }
  return [...files.values()]
}

async function filesOf(id: string, filters: Filters, signal: AbortSignal): Promise<Image[]> {
  const found: Image[] = []
  for (let page = 1; ; page++) {
    const order = { order_by: 'user_visible_name', direction: 'ascending' } as const
    const part = await listImages(
      { ...filters, ...order, folded_into: id, page, items_per_page: FILES_PER_PAGE },
      signal,
    )
    found.push(...part.images)
    if (part.images.length < FILES_PER_PAGE) return found
  }
}
