/** Part of a picture: x, y, width and height in 0…1 of its sides. */
export type Region = [x: number, y: number, width: number, height: number]

/**
 * One thing that is searched with: an image of the gallery, or a picture or a drawing that the server keeps for a while. It counts for
 * what is wanted, or against it.
 */
export interface QueryTerm {
  kind: 'image' | 'picture' | 'sketch'
  id: string
  isWanted: boolean
  region?: Region | undefined
}

const LETTERS = { i: 'image', p: 'picture', s: 'sketch' } as const
const LETTER_OF = { image: 'i', picture: 'p', sketch: 's' } as const
const TOKEN = /^([ips])(!?)([0-9a-f-]+)(?:@([\d.]+)_([\d.]+)_([\d.]+)_([\d.]+))?$/

/** As they stand in the address: `iID,i!ID,sID,pID@x_y_w_h`. What can't be read is left out. */
export function parseTerms(text: string | undefined): QueryTerm[] {
  return (text ?? '').split(',').flatMap((token) => {
    const match = TOKEN.exec(token)
    if (match === null) return []
    const [, letter, unwanted, id, ...numbers] = match
    const region = numbers.map(Number).filter((value) => value >= 0 && value <= 1)
    return {
      kind: LETTERS[letter as keyof typeof LETTERS],
      id: id!,
      isWanted: unwanted === '',
      ...(region.length === 4 ? { region: region as Region } : {}),
    }
  })
}

export function formatTerms(terms: readonly QueryTerm[]): string | undefined {
  const tokens = terms.map(({ kind, id, isWanted, region }) => {
    const part = region === undefined ? '' : `@${inThousandths(region).join('_')}`
    return `${LETTER_OF[kind]}${isWanted ? '' : '!'}${id}${part}`
  })
  return tokens.join(',') || undefined
}

/** Adds an example, or changes what one counts for; the same again takes it away. */
export function toggleTerm(terms: readonly QueryTerm[], term: QueryTerm): QueryTerm[] {
  const others = terms.filter((other) => !isSameSource(other, term))
  const isThere = terms.some((other) => isSameSource(other, term) && other.isWanted === term.isWanted)
  return isThere ? others : [...others, term]
}

/** As many as the server takes of those that are wanted, and of the others. */
export const MAX_TERMS = 100

/** Adds several, or changes what they count for. @returns undefined if there would be too many */
export function mergeTerms(
  terms: readonly QueryTerm[],
  added: readonly QueryTerm[],
): QueryTerm[] | undefined {
  const keys = new Set(added.map(sourceOf))
  const all = [...terms.filter((term) => !keys.has(sourceOf(term))), ...added]
  return all.length > MAX_TERMS ? undefined : all
}

export function isSameSource(a: QueryTerm, b: QueryTerm): boolean {
  return sourceOf(a) === sourceOf(b)
}

function sourceOf({ kind, id, region }: QueryTerm): string {
  return `${kind} ${id} ${region}`
}

/** The edges are rounded, so that what ends with the picture still does. */
function inThousandths([x, y, width, height]: Region): Region {
  const round = (value: number) => Math.round(value * 1000)
  const [left, top] = [round(x), round(y)]
  return [left / 1000, top / 1000, (round(x + width) - left) / 1000, (round(y + height) - top) / 1000]
}
