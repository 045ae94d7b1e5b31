import { z } from 'zod'

const namingSearch = z.looseObject({
  parts: z.array(z.looseObject({ image_id: z.string().optional() })).optional(),
})

/** The ids of the images that a saved search names. */
export function imageIdsIn(search: unknown): string[] {
  const { parts = [] } = namingSearch.parse(search)
  return [...new Set(parts.flatMap(({ image_id: id }) => id ?? []))]
}

/** @returns the search with other ids in the place of those of `successors` */
export function withImageIds(search: unknown, successors: ReadonlyMap<string, string>): unknown {
  const { parts, ...others } = namingSearch.parse(search)
  if (parts === undefined) return others
  const renamed = parts.map((part) => {
    const successor = part.image_id === undefined ? undefined : successors.get(part.image_id)
    return successor === undefined ? part : { ...part, image_id: successor }
  })
  return { ...others, parts: renamed }
}
