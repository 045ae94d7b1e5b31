import { z } from '@hono/zod-openapi'
import { AUTH_KINDS } from '../config/schema.ts'
import { STORAGE_PROBLEMS } from '../indexing/storage-monitor.ts'

export const indexStatusSchema = z
  .object({
    indexed: z.int(),
    failed: z.int(),
    pending: z.int(),
    embedder: z.string(),
    dimensions: z.int(),
    watching: z.enum(['native', 'polling', 'off']),
    unwatched: z
      .boolean()
      .describe('No process has watched the gallery for a minute: new and changed files are not noticed.'),
    last_reconcile: z.iso.datetime().nullable(),
    rate_per_s: z.number(),
    eta_s: z.number(),
    to_embed: z
      .int()
      .describe('Images that the embedder has no vector of yet; they can be seen but not searched.'),
    metadata_pending: z
      .int()
      .describe('Images that an earlier version indexed and whose metadata has yet to be read.'),
    previous_embedder: z
      .string()
      .nullable()
      .describe('The embedder that was used before, while not all images are embedded by the present one.'),
    search_embedder: z
      .string()
      .describe(
        'The embedder that answers searches: the previous one until the present one has as many images.',
      ),
    search_problem: z
      .string()
      .nullable()
      .describe('Why the previous embedder does not answer searches while not all images are embedded.'),
    embedder_state: z.enum(['working', 'not_working']),
    trash_days: z.number().describe('Days for which deleted images can be restored; 0 if deleting is final.'),
    max_upload_bytes: z.int().describe('Maximum size of a file that is uploaded.'),
    words: z
      .object({
        kind: z
          .enum(['none', 'vocabulary', 'any'])
          .describe('Whether the embedder understands no words, those of its vocabulary, or any text.'),
        languages: z
          .array(z.string())
          .describe('ISO 639-1, the default one first; empty if there is no vocabulary.'),
        count: z.int().nullable(),
      })
      .describe('Searching by words.'),
    read_only: z
      .array(z.string())
      .describe(
        'Folders at the tops of the gallery and of its drives in which nothing can be added or deleted; `.` is the watched folder itself.',
      ),
    is_read_only: z
      .boolean()
      .describe(
        'Whether nothing can be added or deleted in the whole gallery, as far as its drives are there.',
      ),
    can_reveal: z
      .boolean()
      .describe('Whether this client may open the folder of an image in the file manager of the server.'),
    auth: z.enum(AUTH_KINDS).describe('Whether people sign in.'),
    ignored_users: z
      .int()
      .describe('Number of users in the database although sign-in is off, so that everyone is an admin.'),
    absence: z
      .object({
        missing: z.int().describe('Number of files.'),
        known: z.int(),
        places: z
          .array(z.string())
          .describe(
            'The drives that are not connected, by their folders in the gallery; `.` is the watched folder itself. Empty if the files are missing elsewhere.',
          ),
      })
      .nullable()
      .describe('Many known files are gone at once. The index is kept unchanged until an admin confirms.'),
    problem: z
      .string()
      .nullable()
      .describe(
        'Why the folder can’t be read, or why nothing can be stored. The index does not change meanwhile.',
      ),
    storage_problem: z
      .enum(STORAGE_PROBLEMS)
      .nullable()
      .describe(
        'Set while nothing can be stored: indexing waits, and goes on by itself, except with a damaged catalog.',
      ),
    polling_reason: z
      .string()
      .nullable()
      .describe('Why the folder is scanned from time to time instead of being watched, and a remedy.'),
  })
  .openapi('IndexStatus')

export type IndexStatusJson = z.output<typeof indexStatusSchema>
