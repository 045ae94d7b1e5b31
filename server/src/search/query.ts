import type { PaletteColour } from '../gallery/colour-layout.ts'
import type { Crop } from '../gallery/crop.ts'

/** A picture file. It is read when its term is embedded, because many at once may be large. */
export interface Picture {
  read(): Promise<Uint8Array>
  /** Limits the term to a part of the picture. */
  crop?: Crop | undefined
}

/** One thing to search by. A negative weight means "less like this". */
export type QueryTerm = { weight: number } & (
  | { kind: 'sketch'; picture: Picture }
  | { kind: 'image'; picture: Picture; mayBeSketch: boolean }
  | { kind: 'image id'; id: string }
  /** A part of a picture. Without an id, the bytes decide whether it is an image of the gallery. */
  | { kind: 'region'; imageId?: string | undefined; picture: Picture }
  | { kind: 'text'; text: string; language?: string | undefined }
  | { kind: 'colours'; of: readonly PaletteColour[] | Picture | { imageId: string } }
)

/** The kind that a picture was treated as. */
export type PictureKind = 'sketch' | 'image'
export type TermKind = PictureKind | 'text' | 'colours'
