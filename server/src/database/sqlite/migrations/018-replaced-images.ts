import type { Kysely } from 'kysely'
import { addReplacedImage } from '../../replaced-image-column.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await addReplacedImage(db, 'text')
}
