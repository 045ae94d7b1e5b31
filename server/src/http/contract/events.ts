import { z } from '@hono/zod-openapi'
import { defineRoute } from '../../contract/routes.ts'

const path = z.string().openapi({ description: 'Path below the gallery, with `/`.' })
const time = z.iso.datetime()

/** The data of each event. */
export const SERVER_EVENTS = {
  FileCreatedEvent: z.object({ path, created_at: time }),
  FileModifiedEvent: z.object({ path, modified_at: time }),
  FileDeletedEvent: z.object({ path }),
  FileMovedEvent: z.object({ old_path: path, new_path: path, moved_at: time }),
  FileFailedEvent: z.object({ path }).openapi({
    description: 'A file can’t be indexed; if it was an image before, it is deleted as well.',
  }),
  ImagesIndexedEvent: z
    .object({ count: z.int(), to_index: z.int() })
    .openapi({ description: 'Images can be found by search now; `to_index` files are still to be indexed.' }),
  IndexProgressEvent: z.object({
    indexed: z.int(),
    failed: z.int(),
    pending: z.int(),
    rate_per_s: z.number(),
    eta_s: z.number(),
  }),
}

export type ServerEvents = {
  [Name in keyof typeof SERVER_EVENTS]: z.output<(typeof SERVER_EVENTS)[Name]>
}

const dataSchema = z
  .union(Object.entries(SERVER_EVENTS).map(([name, schema]) => schema.openapi(name)))
  .openapi({ description: 'The data of one event, as JSON; `event` is the name of its schema.' })

export const eventContract = {
  stream: defineRoute('user', {
    method: 'get',
    path: '/api/fs/events',
    summary: 'Changes of the folder and the index, as Server-Sent Events',
    request: {
      headers: z.object({
        'last-event-id': z.string().optional().openapi({
          description:
            'The `id` of the last event that was received: the events after it follow. If they are too many, none of them does.',
        }),
      }),
    },
    responses: {
      200: {
        description:
          'A stream of events, with a comment every 15 seconds. It ends with the session, and for a client that reads too slowly. After another connection, a client reads again what it shows.',
        content: { 'text/event-stream': { schema: dataSchema } },
      },
    },
  }),
}
