import { defineRoute } from '../../contract/routes.ts'

export const eventContract = {
  stream: defineRoute('user', {
    method: 'get',
    path: '/api/fs/events',
    summary: 'Changes of the folder and the index, as Server-Sent Events',
    responses: {
      200: { description: 'A stream of events.', content: { 'text/event-stream': { schema: {} } } },
    },
  }),
}

/** The data of each event. Times are ISO 8601. */
export interface ServerEvents {
  FileCreatedEvent: { path: string; created_at: string }
  FileModifiedEvent: { path: string; modified_at: string }
  FileDeletedEvent: { path: string }
  FileMovedEvent: { old_path: string; new_path: string; moved_at: string }
  /** A file can't be indexed; if it was an image before, it is deleted as well. */
  FileFailedEvent: { path: string }
  /** Images can be found by search now. */
  ImagesIndexedEvent: { count: number; to_index: number }
  IndexProgressEvent: {
    indexed: number
    failed: number
    pending: number
    rate_per_s: number
    eta_s: number
  }
}
