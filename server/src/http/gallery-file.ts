import type { Handlers } from '../contract/routes.ts'
import { FILE_HEADER, formatFileHeader } from '../gallery/remote/file-header.ts'
import type { GalleryFile } from '../images/gallery-file.ts'
import type { galleryFileContract } from './contract/gallery-file.ts'
import { respondWithFile } from './file-response.ts'

export interface GalleryFileHandlersOptions {
  galleryFile: GalleryFile
}

export function galleryFileHandlers({
  galleryFile,
}: GalleryFileHandlersOptions): Handlers<typeof galleryFileContract> {
  return {
    async read(context) {
      const { stat, open } = await galleryFile(context.req.valid('query').path)
      const { bytes, modifiedAt, changedAt, inode } = stat
      // Also with an error: a file that may not be read has a version.
      context.header(FILE_HEADER, formatFileHeader(stat))
      const response = await respondWithFile(context, {
        contentType: 'application/octet-stream',
        etag: `"${inode}-${bytes}-${modifiedAt}-${changedAt}"`,
        file: { open, bytes, modifiedAt },
      })
      response.headers.set(FILE_HEADER, formatFileHeader(stat))
      return response
    },
  }
}
