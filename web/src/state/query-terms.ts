/** Part of a picture: x, y, width and height in 0…1 of its sides. */
export type Region = [x: number, y: number, width: number, height: number]

/** Influence of a part of the search, from very light to very strong. */
export type Influence = 0 | 1 | 2 | 3 | 4

export const MEDIUM: Influence = 2
/** Weights of the influences, each twice the one before; the server takes up to 1. */
const WEIGHTS = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1] as const

/**
 * A part of a search: an image of the gallery, a picture or a drawing that the server keeps for a while, words, or the colours of the
 * drawing. Results are more like it, or less if it is not wanted.
 */
export interface QueryTerm {
  kind: 'image' | 'picture' | 'sketch' | 'words' | 'colours'
  /** For words, the words themselves; for colours, where they come from. */
  id: string
  isWanted: boolean
  /** Medium without it. */
  influence?: Influence | undefined
  region?: Region | undefined
}

export function weightOf({ influence = MEDIUM }: Pick<QueryTerm, 'influence'>): number {
  return WEIGHTS[influence]
}

const LETTERS = { i: 'image', p: 'picture', s: 'sketch', w: 'words', c: 'colours' } as const
const LETTER_OF = { image: 'i', picture: 'p', sketch: 's', words: 'w', colours: 'c' } as const
/** The colours of the drawing. */
export const SKETCH_COLOURS: QueryTerm = { kind: 'colours', id: 'sketch', isWanted: true }
const ID = /^[0-9a-f-]+$/
const TOKEN = /^([ipswc])(!?)([\w%.-]+)(?:~([0-4]))?(?:@([\d.]+)_([\d.]+)_([\d.]+)_([\d.]+))?$/

/** Reads `iID,i!ID,sID~INFLUENCE,pID@x_y_w_h`, as it stands in the address. Leaves out invalid parts. */
export function parseTerms(text: string | undefined): QueryTerm[] {
  return (text ?? '').split(',').flatMap((token) => {
    const match = TOKEN.exec(token)
    if (match === null) return []
    const [, letter, unwanted, text, influence, ...numbers] = match
    const kind = LETTERS[letter as keyof typeof LETTERS]
    const id = kind === 'words' ? decoded(text!) : text!
    if (id === undefined || !isIdOf(kind, id)) return []
    const region = numbers.map(Number).filter((value) => value >= 0 && value <= 1)
    return {
      kind,
      id,
      isWanted: unwanted === '',
      ...(influence === undefined ? {} : { influence: Number(influence) as Influence }),
      ...(region.length === 4 ? { region: region as Region } : {}),
    }
  })
}

function isIdOf(kind: QueryTerm['kind'], id: string): boolean {
  if (kind === 'words') return true
  return kind === 'colours' ? id === SKETCH_COLOURS.id : ID.test(id)
}

export function formatTerms(terms: readonly QueryTerm[]): string | undefined {
  const tokens = terms.map(({ kind, id, isWanted, influence = MEDIUM, region }) => {
    const weight = influence === MEDIUM ? '' : `~${influence}`
    const part = region === undefined ? '' : `@${inThousandths(region).join('_')}`
    return `${LETTER_OF[kind]}${isWanted ? '' : '!'}${kind === 'words' ? encoded(id) : id}${weight}${part}`
  })
  return tokens.join(',') || undefined
}

/** Words without the characters that separate the parts of a token. */
function encoded(words: string): string {
  return encodeURIComponent(words).replace(
    /[!'()*~]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Adds a part, or turns one between more and less; the same part again removes it. */
export function toggleTerm(terms: readonly QueryTerm[], term: QueryTerm): QueryTerm[] {
  const others = terms.filter((other) => !isSameSource(other, term))
  const isThere = terms.some((other) => isSameSource(other, term) && other.isWanted === term.isWanted)
  return isThere ? others : [...others, term]
}

/** Maximum number of parts that the server accepts. */
export const MAX_TERMS = 100

/** Adds several parts, or turns them. @returns undefined if there would be too many */
export function mergeTerms(
  terms: readonly QueryTerm[],
  added: readonly QueryTerm[],
): QueryTerm[] | undefined {
  const keys = new Set(added.map(sourceOf))
  const all = [...terms.filter((term) => !keys.has(sourceOf(term))), ...added]
  return all.length > MAX_TERMS ? undefined : all
}

/** Puts a word in the place of a part of the words `text`. */
export function withOtherWord(
  terms: readonly QueryTerm[],
  { text, start, end }: { text: string; start: number; end: number },
  word: string,
): QueryTerm[] {
  const replaced = terms.find(({ kind, id }) => kind === 'words' && id === text)
  if (replaced === undefined) return [...terms]
  const next = { ...replaced, id: text.slice(0, start) + word + text.slice(end) }
  return terms
    .filter((term) => term === replaced || !isSameSource(term, next))
    .map((term) => (term === replaced ? next : term))
}

function isSameSource(a: QueryTerm, b: QueryTerm): boolean {
  return sourceOf(a) === sourceOf(b)
}

/** The number of a part among those with the same picture. */
export function placeAmongSame(terms: readonly QueryTerm[], term: QueryTerm): number {
  return terms.filter(({ kind, id }) => kind === term.kind && id === term.id).indexOf(term)
}

/** A region for a further part of a picture, beside those that it has. */
export function furtherRegion(count: number): Region {
  const at = 0.1 + 0.12 * (count % 5)
  return [at, at, 0.4, 0.4]
}

function sourceOf({ kind, id, region }: QueryTerm): string {
  return `${kind} ${id} ${region}`
}

/** Rounds the edges, so that a region that ends with the picture still does. */
function inThousandths([x, y, width, height]: Region): Region {
  const round = (value: number) => Math.round(value * 1000)
  const [left, top] = [round(x), round(y)]
  return [left / 1000, top / 1000, (round(x + width) - left) / 1000, (round(y + height) - top) / 1000]
}
