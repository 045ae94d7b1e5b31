import { z } from '@hono/zod-openapi'
import type { Catalog } from '../catalog/catalog.ts'
import { decimal, optional } from '../contract/input.ts'
import type { ImageFiles } from '../images/image-files.ts'
import { createDuplicateFinder, withoutDeleted } from '../search/duplicates/finder.ts'
import { createRouter, json, type Router, route } from './routing.ts'
import { imageSchema, pageOf, querySchema, toImageJson } from './schemas.ts'

export interface DuplicateRoutesOptions {
  catalog: Catalog
  imageFiles: ImageFiles
  /** Similarity from which images count as near-duplicates, unless a request names another. */
  duplicateThreshold: number
}

const duplicateThresholdSchema = optional(
  decimal({
    min: 0.5,
    max: 1,
    description: 'Minimum similarity in a group; default: 0.9 with sketch-search-5, else 0.985.',
  }),
)

/** Routes for groups of near-identical images. */
export function duplicateRoutes({ catalog, imageFiles, duplicateThreshold }: DuplicateRoutesOptions): Router {
  const router = createRouter()
  const findDuplicates = createDuplicateFinder({ catalog, isShown: imageFiles.isShownByLink })

  router.openapi(
    route('user', {
      method: 'get',
      path: '/duplicates',
      summary: 'Groups of near-identical images',
      request: {
        query: z.object({
          threshold: duplicateThresholdSchema,
          page: querySchema.shape.page,
          items_per_page: querySchema.shape.items_per_page,
        }),
      },
      responses: {
        200: {
          description:
            'The groups, largest first. In a large gallery, those that were found so far: `progress` is below 1 until all images have been compared.',
          ...json(
            z.object({
              groups: z.array(z.object({ images: z.array(imageSchema) })),
              total: z.int(),
              progress: z.number().min(0).max(1),
            }),
          ),
        },
      },
    }),
    async (context) => {
      const query = context.req.valid('query')
      const { offset, limit } = pageOf(query)
      const { groups, progress } = await findDuplicates(query.threshold ?? duplicateThreshold)
      const page = await withoutDeleted(catalog, groups.slice(offset, offset + limit))
      const groupsJson = page.map((images) => ({ images: images.map(toImageJson) }))
      return context.json({ groups: groupsJson, total: groups.length, progress }, 200)
    },
  )

  return router
}
