import { z } from '@hono/zod-openapi'
import { choice, optional, text, uuid } from '../../contract/input.ts'
import { binary, defineRoute } from '../../contract/routes.ts'
import { EXPORT_FORMATS, EXPORT_LAYOUTS } from '../../images/export/formats.ts'
import { querySchema } from '../schemas.ts'
import { MAX_JSON_CHARACTERS, savedSearchSchema } from './search-request.ts'

/** As many ids as fit into a request. */
const MAX_IMAGES = 25_000

export const exportRequestSchema = z
  .object({
    format: choice(EXPORT_FORMATS, {
      description:
        '`zip`: the originals. `zip-small`: JPEG copies of at most 2048 pixels a side. `csv`, `json`: path, date, score, size, hash and more. `pdf`: a contact sheet. `html`: a page with its pictures. `paths`: a path in each line. `xmp`: a ZIP archive of sidecar files.',
    }),
    layout: optional(choice(EXPORT_LAYOUTS, { description: 'Folders in archives.', default: 'folders' })),
    title: optional(text({ max: 200, description: 'Heading, and name of the file.' })),
    image_ids: z.array(uuid).max(MAX_IMAGES).optional(),
    collection: optional(uuid),
    query: querySchema.nullish().openapi({
      description: 'The images that pass these filters, in this order; pages are ignored.',
    }),
    search: savedSearchSchema
      .nullish()
      .openapi({ description: 'The images that a search by parts finds, best first.' }),
  })
  .openapi('ExportRequest')

export type ExportRequest = z.output<typeof exportRequestSchema>

/** A form that a browser submits saves the response as a file, without holding it in memory. */
const exportFormSchema = z.object({
  export_json: text({ max: MAX_JSON_CHARACTERS, description: 'An ExportRequest as JSON.' }),
})

export const exportContract = {
  export: defineRoute('user', {
    method: 'post',
    path: '/api/export',
    summary: 'Export the images of a selection, a collection, a query or a search as one file',
    request: {
      body: {
        required: true,
        content: {
          'application/json': { schema: exportRequestSchema },
          'multipart/form-data': { schema: exportFormSchema },
        },
      },
    },
    responses: {
      200: {
        description: 'The file, sent while it is created.',
        ...binary(
          'application/zip',
          'text/csv',
          'application/json',
          'application/pdf',
          'text/html',
          'text/plain',
        ),
      },
    },
  }),
}
