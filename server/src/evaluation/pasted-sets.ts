import type { Config } from '../config/schema.ts'
import { DomainError } from '../errors.ts'
import { decodeImage } from '../gallery/decode.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { type LocatedItem, leftOut } from './items.ts'
import { readPictures } from './read-pictures.ts'

const MIN_PASTED = 2

/** Photos to paste, scenes to paste them into, and the same number of other photos and other scenes. */
export interface Sets<T> {
  pasted: T[]
  into: T[]
  others: T[]
  scenes: T[]
}

/** Photos of things and scenes, of which at most `limit` things are pasted. */
export interface PastedSources {
  photos: readonly LocatedItem[]
  scenes: readonly LocatedItem[]
  limit?: number | undefined
}

/**
 * Divides photos and scenes: the first half of each class, and of the scenes, is for pasting.
 * @throws {DomainError} `invalid_request` if there are too few of them
 */
export function divide({
  photos,
  scenes,
  limit = Number.POSITIVE_INFINITY,
}: PastedSources): Sets<LocatedItem> {
  if (limit < MIN_PASTED)
    throw new DomainError('invalid_request', `--limit has to be at least ${MIN_PASTED}.`)
  const classes = [...Map.groupBy(photos, ({ className }) => className).values()]
  const half = Math.floor(scenes.length / 2)
  // Round by round, so that each class has as many if there are few scenes.
  const rounds = (lists: LocatedItem[][]) =>
    Array.from({ length: Math.max(0, ...lists.map(({ length }) => length)) }, (_, n) =>
      lists.flatMap((list) => list[n] ?? []),
    ).flat()
  const firsts = classes.map((list) => list.slice(0, Math.floor(list.length / 2)))
  const seconds = classes.map((list) => list.slice(Math.floor(list.length / 2)))
  const pasted = rounds(firsts).slice(0, Math.min(half, limit))
  if (pasted.length < MIN_PASTED)
    throw new DomainError(
      'invalid_request',
      '--scenes needs at least four photos; --gallery needs two classes of at least two photos, or one of at least four.',
    )
  return {
    pasted,
    into: scenes.slice(0, pasted.length),
    others: rounds(seconds).slice(0, pasted.length),
    scenes: scenes.slice(half, half + pasted.length),
  }
}

/**
 * Divides photos and scenes and decodes them. Files that can't be read are left out with a warning each, and others take their place.
 * @param cover size that each image covers, unless the original is smaller
 * @throws {DomainError} `invalid_request` if too few of them can be read
 */
export async function readSets(
  config: Config,
  { photos, scenes, limit }: PastedSources,
  cover: { width: number; height: number },
  onWarning: (message: string) => void,
): Promise<{ sets: Sets<LocatedItem>; images: Sets<RgbImage> }> {
  const limits = { maxPixels: config.limits.max_pixels }
  const decode = async (bytes: Uint8Array) => (await decodeImage(bytes, cover, limits)).image
  const decoded = new Map<LocatedItem, RgbImage>()
  const damaged = new Set<LocatedItem>()
  for (;;) {
    const usable = (items: readonly LocatedItem[]) => items.filter((item) => !damaged.has(item))
    const sets = divide({ photos: usable(photos), scenes: usable(scenes), limit })
    const unread = Object.values<LocatedItem[]>({ ...sets })
      .flat()
      .filter((item) => !decoded.has(item))
    const imagesOf = (items: readonly LocatedItem[]) => items.map((item) => decoded.get(item)!)
    if (unread.length === 0)
      return {
        sets,
        images: {
          pasted: imagesOf(sets.pasted),
          into: imagesOf(sets.into),
          others: imagesOf(sets.others),
          scenes: imagesOf(sets.scenes),
        },
      }
    const pictures = await readPictures(unread, decode, (item, error) => {
      damaged.add(item)
      onWarning(leftOut(item.path, error))
    })
    for (const { item, image } of pictures) decoded.set(item, image)
  }
}
