import type { Image } from '../catalog/catalog.ts'
import { type AddOptions, createAdd, type Upload } from './add.ts'
import { createDelete, type DeleteOptions } from './delete.ts'
import { createOriginals, type Originals, type OriginalsOptions } from './originals.ts'
import { createPreviews, type Previews, type PreviewsOptions } from './previews.ts'
import { createRenditions, type Renditions, type RenditionsOptions } from './renditions.ts'

/** Single images of the gallery and their files. */
export interface ImageFiles extends Originals, Previews, Renditions {
  /**
   * Writes an image file into a folder of the gallery, which is made if it is missing, and indexes it. An existing file is never
   * overwritten: one with the same bytes is the result itself, and one with other bytes is kept or moved to the trash. If anything goes wrong nothing is
   * left behind.
   * @throws {DomainError} `invalid_path`, `directory_not_found`, `image_exists`, `image_too_large`, `image_unreadable`,
   * `permission_denied`
   */
  add(upload: Upload): Promise<Image>
  /**
   * Moves the file into the trash or, if `trash.days` is 0, deletes it with its row, its vector and its thumbnail.
   * @throws {DomainError} `conflict` if a link to a folder shows it, or if another program has moved or changed it and that is
   * not noticed in time; `permission_denied`
   */
  delete(image: Image): Promise<void>
}

export type ImageFilesOptions = Omit<AddOptions, 'deleteImage'> &
  DeleteOptions &
  OriginalsOptions &
  PreviewsOptions &
  RenditionsOptions

export function createImageFiles(options: ImageFilesOptions): ImageFiles {
  const originals = createOriginals(options)
  const deleteImage = createDelete(options)
  return {
    ...originals,
    ...createPreviews(options, originals),
    ...createRenditions(options, originals),
    add: createAdd({ ...options, deleteImage }),
    delete: deleteImage,
  }
}
