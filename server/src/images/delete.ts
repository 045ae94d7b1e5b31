import { stat, unlink } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog, Image } from '../catalog/catalog.ts'
import { DomainError, systemCodeOf } from '../errors.ts'
import type { EventBus } from '../events.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { joinPath, resolveDirectory, toAbsolute, toGalleryPath } from '../gallery/paths.ts'
import { toTime } from '../gallery/stat-file.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import { removeUnusedContent } from '../indexing/unused-content.ts'
import type { Trash } from './trash/trash.ts'
import { writeFailure } from './write-file.ts'

export interface DeleteOptions {
  root: string
  catalog: Catalog
  thumbnails: ThumbnailStore
  events: EventBus
  trash: Pick<Trash, 'days' | 'put'>
}

/** Changes by other programs are usually noticed within this time. */
const NOTICE_TIMEOUT_MS = 3_000
const LOOK_EVERY_MS = 100

/**
 * Returns the function that moves a file of the gallery into the trash, or else deletes the file, its row, its vector and its
 * thumbnail. It takes the file that was indexed: if another program has moved or changed it, the new row is awaited.
 */
export function createDelete({ root, catalog, thumbnails, events, trash }: DeleteOptions) {
  return async function deleteImage(image: Image, { isKept = trash.days > 0 } = {}): Promise<void> {
    const deadline = performance.now() + NOTICE_TIMEOUT_MS
    let current: Image | undefined = image
    while (current !== undefined) {
      if (await deleteFile(current, isKept)) {
        if (isKept) return
        await catalog.files.remove([current.path])
        await removeUnusedContent(catalog, thumbnails, [current.contentHash])
        events.emit('fileDeleted', { path: current.path })
        return
      }
      if (performance.now() >= deadline) throw movedOrChanged(current)
      await sleep(LOOK_EVERY_MS)
      current = await catalog.images.get(image.id)
    }
  }

  /** @returns false if the file at this path is not the one that was indexed */
  async function deleteFile(image: Image, isKept: boolean): Promise<boolean> {
    const { path, directory, name, bytes, modifiedAt } = image
    const folder = await resolveDirectory(root, directory).catch((error) => {
      if (!(error instanceof DomainError && error.code === 'directory_not_found')) throw error
    })
    if (folder === undefined) return false
    if (folder !== toAbsolute(root, directory)) {
      const original = joinPath(toGalleryPath(root, folder), name)
      throw new DomainError(
        'conflict',
        `${JSON.stringify(path)} is shown by a link to a folder: delete it where it is stored, ${JSON.stringify(original)}.`,
      )
    }
    const file = toSystemPath(toAbsolute(root, path))
    try {
      const found = await stat(file, { bigint: true })
      if (Number(found.size) !== bytes || toTime(found.mtimeMs) !== modifiedAt) return false
      if (isKept) return await trash.put(image)
      await unlink(file)
      return true
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return false
      throw writeFailure(error)
    }
  }
}

function movedOrChanged({ path }: Image): DomainError {
  return new DomainError(
    'conflict',
    `${JSON.stringify(path)} was not deleted: another program has moved, changed or deleted it. Try again in a moment.`,
  )
}
