import { z } from 'zod'
import { uuid } from '../../contract/input.ts'

/** A saved search is stored as it was sent: the id of a part may be null, and spelled in any way that requests may use. */
const namingSearch = z.looseObject({
  parts: z.array(z.looseObject({ image_id: z.unknown().optional() })).optional(),
})

/** The ids of the images that a saved search names. */
export function imageIdsIn(search: unknown): string[] {
  const { parts = [] } = namingSearch.parse(search)
  return [...new Set(parts.flatMap(({ image_id: id }) => idOf(id) ?? []))]
}

/** @returns the search with other ids in the place of those of `successors`; undefined if it names none of them */
export function withImageIds(search: unknown, successors: ReadonlyMap<string, string>): unknown {
  const { parts = [], ...others } = namingSearch.parse(search)
  const successorOf = (part: { image_id?: unknown }) => successors.get(idOf(part.image_id) ?? '')
  if (!parts.some((part) => successorOf(part) !== undefined)) return undefined
  const renamed = parts.map((part) => ({ ...part, image_id: successorOf(part) ?? part.image_id }))
  return { ...others, parts: renamed }
}

function idOf(value: unknown): string | undefined {
  return uuid.safeParse(value).data
}
