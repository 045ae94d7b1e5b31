import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import pLimit from 'p-limit'
import { toSystemPath } from '../gallery/file-names.ts'

/** A picture that was read, with its item. */
export interface ReadPicture<I, T> {
  item: I
  image: T
}

/**
 * Reads and decodes files, at most one for each core at a time, because a whole file is in memory meanwhile.
 * @param onLoss called for each file that can't be read or decoded; it is left out
 */
export async function readPictures<I extends { file: string }, T>(
  items: readonly I[],
  decode: (bytes: Uint8Array) => Promise<T>,
  onLoss: (item: I, error: unknown) => void,
): Promise<ReadPicture<I, T>[]> {
  const limit = pLimit(availableParallelism())
  const pictures = await limit.map(items, async (item) => {
    try {
      return { item, image: await decode(await readFile(toSystemPath(item.file))) }
    } catch (error) {
      onLoss(item, error)
      return undefined
    }
  })
  return pictures.filter((picture) => picture !== undefined)
}
