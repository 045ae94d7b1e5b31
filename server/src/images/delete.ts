import { unlink } from 'node:fs/promises'
import type { Catalog, Image } from '../catalog/catalog.ts'
import { DomainError, systemCodeOf } from '../errors.ts'
import type { EventBus } from '../events.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { joinPath, resolveDirectory, toAbsolute, toGalleryPath } from '../gallery/paths.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import { removeUnusedContent } from '../indexing/unused-content.ts'
import { writeFailure } from './write-file.ts'

export interface DeleteOptions {
  root: string
  catalog: Catalog
  thumbnails: ThumbnailStore
  events: EventBus
}

/** Returns the function that deletes a file of the gallery, its row, its vector and its thumbnail. */
export function createDelete({ root, catalog, thumbnails, events }: DeleteOptions) {
  return async function deleteImage(image: Image): Promise<void> {
    const directory = await resolveDirectory(root, image.directory)
    if (directory !== toAbsolute(root, image.directory)) {
      const original = joinPath(toGalleryPath(root, directory), image.name)
      throw new DomainError(
        'conflict',
        `${JSON.stringify(image.path)} is shown by a link to a folder: delete it where it lies, ${JSON.stringify(original)}.`,
      )
    }
    await unlink(toSystemPath(toAbsolute(root, image.path))).catch((error) => {
      if (systemCodeOf(error) !== 'ENOENT') throw writeFailure(error)
    })
    await catalog.files.remove([image.path])
    await removeUnusedContent(catalog, thumbnails, [image.contentHash])
    events.emit('fileDeleted', { path: image.path })
  }
}
