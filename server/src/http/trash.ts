import type { Handlers } from '../contract/routes.ts'
import { counted } from '../counted.ts'
import type { Trash } from '../images/trash/trash.ts'
import type { trashContract } from './contract/trash.ts'
import { pageOf, toImageJson } from './schemas.ts'

const DAY_MS = 24 * 3_600_000

export interface TrashHandlersOptions {
  trash: Trash
  log: { info(message: string): void }
}

export function trashHandlers({ trash, log }: TrashHandlersOptions): Handlers<typeof trashContract> {
  return {
    async list(context) {
      const { name_contains: nameContains, with_bytes: withBytes, ...page } = context.req.valid('query')
      const { images, total } = await trash.list({ nameContains, ...pageOf(page) })
      const imagesJson = images.map(({ image, deletedAt }) => ({
        ...toImageJson(image),
        deleted_at: new Date(deletedAt).toISOString(),
        expires_at: new Date(deletedAt + trash.days * DAY_MS).toISOString(),
      }))
      const size = withBytes ? { bytes: await trash.bytes() } : {}
      return context.json({ images: imagesJson, total, ...size }, 200)
    },
    async restore(context) {
      const { images, failed } = await trash.restore(context.req.valid('json').image_ids)
      log.info(`Restored from the trash: ${counted(images.length, 'image')}.`)
      const failures = failed.map(({ image: { id, path }, reason: { code, message } }) => ({
        id,
        path,
        error: message,
        code,
      }))
      return context.json({ images: images.map(toImageJson), total: images.length, failed: failures }, 200)
    },
    async empty(context) {
      const removed = await trash.empty()
      log.info(`Emptied the trash: ${counted(removed, 'image')}.`)
      return context.json({ status: 'success' as const, removed }, 200)
    },
  }
}
