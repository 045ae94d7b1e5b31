import { z } from 'zod'
import type { Image } from '../../catalog/catalog.ts'
import { parseExistingPath } from '../../gallery/paths.ts'

/** An image as it was deleted. It lies beside the file, so that the trash outlives the catalog. */
export interface TrashRecord {
  image: Image
  deletedAt: number
}

const time = z.number().finite()
const fields = {
  id: z.uuid(),
  path: z.string().min(1),
  directory: z.string(),
  name: z.string().min(1),
  bytes: z.int().min(0),
  createdAt: time,
  modifiedAt: time,
  contentHash: z.string().regex(/^[0-9a-f]{64}$/),
  width: z.int().min(1),
  height: z.int().min(1),
  contentType: z.string(),
}
/** Further attributes depend on the version; the catalog takes those that it has. */
const recordSchema = z.object({
  image: z.object(fields).catchall(z.union([z.string(), z.number().finite()])),
  deletedAt: time,
})

export function writeTrashRecord({ image, deletedAt }: TrashRecord): string {
  return JSON.stringify({ image, deletedAt })
}

/**
 * Other programs can write to the folder of the trash.
 * @returns undefined for anything but a record, and for a path that leads out of the gallery
 */
export function readTrashRecord(text: string): TrashRecord | undefined {
  try {
    const { image, deletedAt } = recordSchema.parse(JSON.parse(text))
    if (parseExistingPath(image.path) !== image.path) return undefined
    return { image: { ...image, embedder: undefined }, deletedAt }
  } catch {
    return undefined
  }
}
