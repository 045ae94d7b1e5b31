import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { DomainError, systemCodeOf } from '../errors.ts'
import type { PaletteColour } from '../gallery/colour-layout.ts'
import type { Picture, QueryTerm } from '../search/query.ts'
import { parseCrop } from '../search/region.ts'

/** Parts of a search in the notation of the command line; each may end in a weight. */
export interface SearchParts {
  sketch: readonly string[]
  image: readonly string[]
  imageId: readonly string[]
  region: readonly string[]
  text: readonly string[]
  colours: readonly string[]
  lessLike: readonly string[]
  without: readonly string[]
}

/**
 * Reads the parts of a search. Files are read before anything is opened, so that a wrong name fails at once.
 * @throws {DomainError} `invalid_request`, `image_unreadable`
 */
export async function parseTerms(parts: SearchParts): Promise<QueryTerm[]> {
  const terms = await Promise.all([
    ...parts.sketch.map(async (value) => ({ kind: 'sketch' as const, ...(await pictureTerm(value)) })),
    ...parts.image.map(async (value) => ({
      kind: 'image' as const,
      mayBeSketch: false,
      ...(await pictureTerm(value)),
    })),
    ...parts.imageId.map((value) => {
      const { name: id, weight } = parseWeighted(value)
      return { kind: 'image id' as const, id, weight }
    }),
    ...parts.region.map(regionTerm),
    ...parts.text.map(textTerm),
    ...parts.without.map((value) => unwanted(textTerm(value))),
    ...parts.colours.map(colourTerm),
    ...parts.lessLike.map(async (value) =>
      unwanted({ kind: 'image' as const, mayBeSketch: true, ...(await pictureTerm(value)) }),
    ),
  ])
  if (terms.some(({ weight }) => weight > 0)) return terms.filter(({ weight }) => weight !== 0)
  throw new DomainError(
    'invalid_request',
    'Give what to search with: --sketch FILE, --image FILE or --text WORD; --help lists the other kinds.',
  )
}

function textTerm(value: string) {
  const { name: text, weight } = parseWeighted(value)
  return { kind: 'text' as const, text, weight }
}

function unwanted<T extends { weight: number }>(term: T): T {
  return { ...term, weight: -Math.abs(term.weight) }
}

async function pictureTerm(value: string): Promise<{ picture: Picture; weight: number }> {
  const { name, weight } = parseWeighted(value)
  const bytes = await readQuery(name)
  return { picture: { read: async () => bytes }, weight }
}

async function regionTerm(value: string): Promise<QueryTerm> {
  const { name, weight } = parseWeighted(value)
  const [, file, crop] = /^(.+)@([^@]+)$/.exec(name) ?? []
  if (file === undefined || crop === undefined)
    throw new DomainError('invalid_request', `--region ${name}: give the region as FILE@x,y,w,h, each 0…1.`)
  const limits = parseCrop(crop)
  const bytes = await readQuery(file)
  return { kind: 'region', weight, picture: { crop: limits, read: async () => bytes } }
}

async function colourTerm(value: string): Promise<QueryTerm> {
  const { name, weight } = parseWeighted(value)
  if (!name.startsWith('#')) return { kind: 'colours', weight, of: (await pictureTerm(value)).picture }
  return { kind: 'colours', weight, of: name.trim().split(/\s+/).map(parseColour) }
}

const COLOUR = /^#([0-9a-f]{6})(?:\*(\d+(?:\.\d+)?))?(?:@(.+))?$/i

/** Parses `#rrggbb`, optionally followed by `*SHARE` and `@X,Y,WIDTH,HEIGHT`. */
function parseColour(text: string): PaletteColour {
  const [, hex, share = '1', place] = COLOUR.exec(text) ?? []
  if (hex === undefined || Number(share) === 0)
    throw new DomainError(
      'invalid_request',
      `--colours: ${JSON.stringify(text)} is not a colour; write #rrggbb, #rrggbb*SHARE or #rrggbb@x,y,w,h.`,
    )
  const colour = { rgb: Number.parseInt(hex, 16), share: Number(share) }
  return place === undefined ? colour : { ...colour, place: parseCrop(place) }
}

/** Splits `name:weight`. A file that is named so has no weight. */
function parseWeighted(value: string): { name: string; weight: number } {
  const [, name, digits] = /^(.+):(-?(?:0|1|0?\.\d+|1\.0+))$/.exec(value) ?? []
  if (name === undefined || existsSync(value)) return { name: value, weight: 1 }
  return { name, weight: Number(digits) }
}

async function readQuery(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const reason =
      systemCodeOf(error) === 'ENOENT' ? 'there is no such file' : `it can't be read (${systemCodeOf(error)})`
    throw new DomainError('image_unreadable', `${file}: ${reason}.`, { cause: error })
  }
}
