import { z } from 'zod'
import type { FileStat } from '../stat-file.ts'

/** Header of a response that sends a file of the gallery: what the file system of the server states about it. */
export const FILE_HEADER = 'sketch-search-file'

const headerSchema = z.object({
  bytes: z.int(),
  modified_at: z.int(),
  changed_at: z.int(),
  created_at: z.int(),
  inode: z.string().regex(/^\d+$/),
})

/** Times in milliseconds since 1970. */
export function formatFileHeader({ bytes, modifiedAt, changedAt, createdAt, inode }: FileStat): string {
  return JSON.stringify({
    bytes,
    modified_at: modifiedAt,
    changed_at: changedAt,
    created_at: createdAt,
    inode: String(inode),
  } satisfies z.infer<typeof headerSchema>)
}

/** @param path of the file that was requested @throws if it is no such header */
export function parseFileHeader(path: string, header: string): FileStat {
  const { bytes, modified_at, changed_at, created_at, inode } = headerSchema.parse(JSON.parse(header))
  return {
    path,
    bytes,
    modifiedAt: modified_at,
    changedAt: changed_at,
    createdAt: created_at,
    inode: BigInt(inode),
  }
}
