import type { MovedFile } from './files.ts'
import type { Image } from './images.ts'
import type { Page } from './page.ts'

/** Where the file of a deleted image is: in a hidden folder of the gallery, or in the data directory. */
export interface TrashPlace {
  place: 'gallery' | 'data'
  /** Path relative to the gallery, or to the trash of the data directory. */
  file: string
}

export interface TrashedImage extends TrashPlace {
  /** As it was before it was deleted. */
  image: Image
  deletedAt: number
}

export interface TrashFilter {
  /** Case-insensitive part of the file name; no character has a special meaning. */
  nameContains?: string | undefined
}

/** Deleted images that can be restored. Their ids, vectors and thumbnails are kept. */
export interface TrashStore {
  /** Moves the row of an image into the trash. @returns false if there is no such image */
  put(imageId: string, place: TrashPlace, deletedAt: number): Promise<boolean>
  /** Records the new place of the file. @returns false if the image is not in the trash */
  setPlace(imageId: string, place: TrashPlace): Promise<boolean>
  get(imageIds: string[]): Promise<TrashedImage[]>
  /** The latest deletion comes first. */
  list(query: TrashFilter & Page): Promise<{ images: TrashedImage[]; total: number }>
  /** Returns the size of all files in the trash. */
  bytes(): Promise<number>
  /** Images that were deleted before a time, the earliest deletion first. */
  deletedBefore(time: number, page: Page): Promise<TrashedImage[]>
  /**
   * Gives an image its row back: with the path that its file has by now, or without `to` as it was.
   * @returns false if it is not in the trash
   */
  restore(imageId: string, to?: MovedFile): Promise<boolean>
  remove(imageIds: string[]): Promise<void>
  /** Adds images to the trash that neither it nor the gallery has by their ids. @returns their number */
  adopt(images: readonly TrashedImage[]): Promise<number>
}
