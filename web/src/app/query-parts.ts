import type { Filters, SearchPart } from '../api/client.ts'
import { language } from '../messages/language.ts'
import { hasEnoughInk, type Sketch } from '../sketch/sketch.ts'
import type { ResultSort } from '../state/address.ts'
import { type QueryTerm, weightOf } from '../state/query-terms.ts'
import { coloursOf } from './sketch-colours.ts'

/** A search: a drawing that is being made, and other parts. */
export interface Query {
  sketch: Sketch
  /** Weight of the drawing. */
  sketchWeight: number
  /** Without the drawing. */
  terms: QueryTerm[]
  filters: Filters
  /** The order in which the results are shown. */
  sort: ResultSort
}

/** Pictures that a saved search finds. */
const SAVED_TOP_K = 500

/** The name under which the drawing is uploaded. */
export const SKETCH_UPLOAD = 'sketch'

/** The parts of the request, each with its term; undefined stands for the drawing. */
export function partsOf({ sketch, sketchWeight, terms }: Omit<Query, 'filters' | 'sort'>): {
  term: QueryTerm | undefined
  part: SearchPart
}[] {
  const parts = terms.flatMap((term) => {
    const part = toPart(term, sketch)
    return part === undefined ? [] : [{ term, part }]
  })
  if (!hasEnoughInk(sketch.strokes)) return parts
  const drawing: SearchPart = { kind: 'sketch', upload: SKETCH_UPLOAD, weight: sketchWeight }
  return [{ term: undefined, part: drawing }, ...parts]
}

/** @returns undefined for the colours of a drawing that has none */
function toPart(term: QueryTerm, sketch: Sketch): SearchPart | undefined {
  const { kind, id, isWanted, region } = term
  const weight = isWanted ? weightOf(term) : -weightOf(term)
  if (kind === 'words') return { kind: 'text', text: id, weight }
  if (kind === 'colours') {
    const colours = coloursOf(sketch.strokes)
    return colours.length === 0 ? undefined : { kind: 'colours', colours, weight }
  }
  const source = kind === 'image' ? { image_id: id } : { query_id: id }
  if (region !== undefined) return { kind: 'region', ...source, crop: region, weight }
  return kind === 'image'
    ? { kind: 'image_id', image_id: id, weight }
    : { kind: 'auto', query_id: id, weight }
}

/**
 * A search that the server can repeat at any time: its drawing is the saved one. It finds all files, because which of them share a
 * tile is decided where it is shown.
 * @param sketchTerm the saved drawing
 * @returns undefined while the drawing is not saved
 */
export function savedSearch(query: Query, sketchTerm: QueryTerm | undefined): object | undefined {
  const parts = partsOf(query).map(({ part }) => part)
  const [first] = parts
  if (first?.kind === 'sketch') {
    if (sketchTerm === undefined) return undefined
    parts[0] = { kind: 'sketch', query_id: sketchTerm.id, weight: query.sketchWeight }
  }
  return { parts, top_k: SAVED_TOP_K, query: { ...query.filters, fold: undefined }, language }
}
