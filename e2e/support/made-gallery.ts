import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeRows } from '../../server/src/testing/made-rows.ts'
import { onceForAll, temporaryDirectory } from '../../server/src/testing/temporary.ts'
import { CLASSICAL, startProduct } from './product.ts'

/** The product with a catalog of that many made rows, without files. */
export function madeGallery(count: number) {
  return onceForAll(async (onEnd) => {
    const directory = await temporaryDirectory(onEnd)
    const [gallery, data] = [join(directory, 'gallery'), join(directory, 'data')]
    await mkdir(gallery)
    await makeRows(data, count)
    const started = await startProduct(gallery, data, CLASSICAL)
    onEnd(async () => void (await started.stop()))
    return started
  })
}
