import type { Catalog } from '../catalog/catalog.ts'
import type { Handlers } from '../contract/routes.ts'
import type { ImageFiles } from '../images/image-files.ts'
import { createDuplicateFinder, withoutDeleted } from '../search/duplicates/finder.ts'
import { mostSpaceFirst, thresholdOf } from '../search/duplicates/order.ts'
import type { duplicateContract } from './contract/duplicates.ts'
import { pageOf, toImageJson } from './schemas.ts'

export interface DuplicateOptions {
  catalog: Catalog
  imageFiles: ImageFiles
  /** Similarity from which images count as near-duplicates, unless a request names another. */
  duplicateThreshold: number
}

export function duplicateHandlers({
  catalog,
  imageFiles,
  duplicateThreshold,
}: DuplicateOptions): Handlers<typeof duplicateContract> {
  const findDuplicates = createDuplicateFinder({
    catalog,
    isShown: imageFiles.isShownByLink,
    thumbnail: imageFiles.thumbnail,
  })
  return {
    async list(context) {
      const query = context.req.valid('query')
      const { offset, limit } = pageOf(query)
      const threshold = query.threshold ?? thresholdOf(query.level ?? 'very_alike', duplicateThreshold)
      const { groups: found, progress } = await findDuplicates(threshold)
      const groups = query.order_by === 'space' ? mostSpaceFirst(found) : found
      const page = await withoutDeleted(catalog, groups.slice(offset, offset + limit))
      const groupsJson = page.map((images) => ({ images: images.map(toImageJson) }))
      return context.json({ groups: groupsJson, total: groups.length, progress }, 200)
    },
  }
}
