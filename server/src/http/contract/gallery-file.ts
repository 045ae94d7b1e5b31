import { z } from '@hono/zod-openapi'
import { text } from '../../contract/input.ts'
import { defineRoute, rangeResponses } from '../../contract/routes.ts'
import { FILE_HEADER } from '../../gallery/remote/file-header.ts'

/** Files as they lie in the gallery, indexed or not: for workers that have no access to its folder. */
export const galleryFileContract = {
  read: defineRoute('editor', {
    method: 'get',
    path: '/api/fs/file',
    summary: 'A file of the gallery by its path: an image, or the XMP file beside one',
    request: {
      query: z.object({
        path: text({ min: 1, max: 4096, description: 'Path below the gallery, with `/`.' }),
      }),
    },
    responses: rangeResponses(
      `Its bytes. The header \`${FILE_HEADER}\` has size, times and inode as JSON.`,
      'application/octet-stream',
    ),
  }),
}
