import type { WeightedVector } from '../catalog/catalog.ts'
import type { QueryExpansion } from '../embedding/embedder.ts'
import { combine, scoreOf, sharesOf } from './combine.ts'
import { expandSketch, type Neighbour } from './expansion.ts'
import type { TermVectors, VectorSources } from './term-vectors.ts'

/** Images nearest to a sketch among which those with the colours of the query are chosen. */
export const COLOURED_CANDIDATES = 200

type ExpansionSources = Pick<VectorSources, 'catalog' | 'embedder'>

/**
 * Expands the wanted sketches by the images of the whole gallery, independent of the filter of the search, if the embedder requests it.
 * Wanted images or words show what is meant better than the expansion could; colours do not, but they choose among the images
 * (measured: bench/results/search.md).
 */
export async function withExpandedSketches(
  terms: readonly TermVectors[],
  sources: ExpansionSources,
): Promise<readonly TermVectors[]> {
  const { sketchExpansion: expansion } = sources.embedder
  const isExplained = terms.some(({ kind, weight }) => (kind === 'image' || kind === 'text') && weight > 0)
  if (expansion === undefined || isExplained) return terms
  const colours = terms.filter(({ kind }) => kind === 'colours')
  const expanded = async (term: TermVectors): Promise<TermVectors> => {
    if (term.kind !== 'sketch' || term.weight <= 0) return term
    const [[sketch]] = term.sets as [[WeightedVector]]
    const neighbours = await neighboursOf(term, sketch.vector, colours, sources, expansion)
    const { vector, closeScore } = expandSketch(sketch.vector, neighbours, expansion)
    return { ...term, sets: [[{ ...sketch, vector }]], closeScore }
  }
  return Promise.all(terms.map(expanded))
}

async function neighboursOf(
  term: TermVectors,
  sketch: Float32Array,
  colours: readonly TermVectors[],
  { catalog }: ExpansionSources,
  { neighbours: count }: QueryExpansion,
): Promise<readonly Neighbour[]> {
  if (colours.length === 0) return catalog.vectors.neighbours(sketch, count)
  const page = { topK: COLOURED_CANDIDATES, offset: 0, limit: COLOURED_CANDIDATES }
  const { images } = await catalog.vectors.nearest({
    vector: sketch,
    wholeImages: true,
    filter: {},
    ...page,
  })
  // Copies of an image are one neighbour.
  const contents = [...new Map(images.map((image) => [image.contentHash, image])).values()]
  const withColours = await catalog.vectors.get(
    contents.map(({ id }) => id),
    'colours',
  )
  const coloursOf = new Map(withColours.map(({ id, vector }) => [id, vector]))
  const scores = contents.map(({ id, score }) => ({ id, similarity: score, colours: coloursOf.get(id) }))
  const best = bestByColours(term, colours, scores, count)
  const found = await catalog.vectors.get(best.map(({ id }) => id))
  const vectorOf = new Map(found.map(({ id, vector }) => [id, vector]))
  return best.flatMap(({ id, score }) => {
    const vector = vectorOf.get(id)
    return vector === undefined ? [] : [{ vector, score }]
  })
}

interface Candidate {
  /** Cosine similarity to the sketch. */
  similarity: number
  /** Undefined until they are read: then the image gets the average score for them. */
  colours: Float32Array | undefined
}

/** The images that have the best scores by a sketch together with the colours of its query, on the scale of the sketch alone. */
export function bestByColours<T extends Candidate>(
  sketch: TermVectors,
  colours: readonly TermVectors[],
  candidates: readonly T[],
  count: number,
): (T & { score: number })[] {
  const terms = [sketch, ...colours]
  const ofColours = { ...combine(terms), linear: undefined }
  const [share] = sharesOf(terms.map(({ weight }) => weight)) as [number]
  return candidates
    .map((candidate) => {
      const score = scoreOf(ofColours, { image: undefined, colours: candidate.colours })
      return { ...candidate, score: candidate.similarity + score / share }
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
}
