import type { Handlers } from '../contract/routes.ts'
import type { HeatMap } from '../search/heat-map.ts'
import type { ImageSearch } from '../search/search.ts'
import type { matchContract } from './contract/match.ts'
import { findImage } from './requests.ts'
import { type PictureSources, readSearchRequest, toTerms } from './search-requests.ts'

export interface MatchOptions extends PictureSources {
  search: ImageSearch
}

/** Explains why an image was found. */
export function matchHandlers({ search, ...sources }: MatchOptions): Handlers<typeof matchContract> {
  return {
    async explain(context) {
      const { detail = 'full' } = context.req.valid('query')
      const image = await findImage(sources.catalog, context.req.valid('param').image_id)
      const received = readSearchRequest(context.req.valid('form') ?? context.req.valid('json'))
      const terms = await toTerms(received, sources)
      const read = async () => (await sources.imageFiles.read(image)).bytes
      const language = 'parts' in received.request ? received.request.language : undefined
      const matched = { id: image.id, picture: { read }, language }
      const { map, parts, scale, words } = await search.match(matched, terms, detail, context.req.raw.signal)
      const partsJson = parts.map(({ map: own, ...part }) => ({ ...part, scores: rowsOf(own) }))
      return context.json({ scores: rowsOf(map), scale, words, parts: partsJson }, 200)
    },
  }
}

function rowsOf({ width, height, scores }: HeatMap): number[][] {
  return Array.from({ length: height }, (_, row) =>
    Array.from(scores.subarray(row * width, (row + 1) * width), rounded),
  )
}

/** Unlike scores of results, those of places are not limited to 1: they are added to those of other parts. */
function rounded(score: number): number {
  return Math.round(score * 1e3) / 1e3
}
