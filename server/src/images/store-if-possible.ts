import { systemCodeOf } from '../errors.ts'

/**
 * Stores something that can be made again. On a full or read-only disk it is not stored: people still get it, and the storage monitor
 * reports the disk.
 */
export async function storeIfPossible(store: () => void | Promise<void>): Promise<void> {
  try {
    await store()
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error
  }
}
