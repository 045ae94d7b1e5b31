import { onLocalClock, utcOffsetAt } from '../../contract/times.ts'
import { toSystemPath } from '../../gallery/file-names.ts'
import { toAbsolute } from '../../gallery/paths.ts'
import type { ExportedImage } from './formats.ts'

/** The columns of CSV and the properties of JSON. */
function rowOf(image: ExportedImage) {
  const { capturedAt, capturedOffset } = image
  return {
    path: image.path,
    date: dateOf(image),
    date_from: capturedAt === undefined ? 'file' : 'camera',
    utc_offset_minutes: (capturedAt === undefined ? utcOffsetAt(image.modifiedAt) : capturedOffset) ?? null,
    score: image.score === undefined ? null : Math.round(image.score * 1e6) / 1e6,
    bytes: image.bytes,
    width: image.width,
    height: image.height,
    sha256: image.contentHash,
    camera: image.camera ?? null,
    lens: image.lens ?? null,
    latitude: image.latitude ?? null,
    longitude: image.longitude ?? null,
    title: image.title ?? null,
    caption: image.caption ?? null,
    keywords: image.keywords?.split('\n') ?? [],
    rating: image.rating ?? null,
    id: image.id,
  }
}

const COLUMNS = [
  'path',
  'date',
  'date_from',
  'utc_offset_minutes',
  'score',
  'bytes',
  'width',
  'height',
  'sha256',
  'camera',
  'lens',
  'latitude',
  'longitude',
  'title',
  'caption',
  'keywords',
  'rating',
  'id',
] as const satisfies readonly (keyof ReturnType<typeof rowOf>)[]

/** The time on the clock of the camera; without one, the modification time on the clock of this machine. */
export function dateOf({ capturedAt, modifiedAt }: Pick<ExportedImage, 'capturedAt' | 'modifiedAt'>): string {
  return new Date(capturedAt ?? onLocalClock(modifiedAt)).toISOString().slice(0, -'.000Z'.length)
}

/** The day of `dateOf`, for people: that of a file is marked. */
export function markedDay(image: Pick<ExportedImage, 'capturedAt' | 'modifiedAt'>): string {
  return `${dateOf(image).slice(0, 10)}${image.capturedAt === undefined ? ' (file)' : ''}`
}

/** RFC 4180; the byte order mark makes spreadsheets read UTF-8. */
export function asCsv(images: AsyncIterable<ExportedImage>): AsyncIterable<Uint8Array> {
  return encoded(lines())

  async function* lines(): AsyncGenerator<string> {
    yield `\uFEFF${COLUMNS.join(',')}\r\n`
    for await (const image of images) {
      const row = rowOf(image)
      yield `${COLUMNS.map((column) => csvValue(row[column])).join(',')}\r\n`
    }
  }
}

function csvValue(value: string | number | null | string[]): string {
  const text = typeof value === 'number' ? String(value) : asText(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Spreadsheets calculate text that begins like a formula, which names and captions from elsewhere must not do: an apostrophe precedes it. */
function asText(value: string | null | string[]): string {
  const text = Array.isArray(value) ? value.join('; ') : (value ?? '')
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}

export function asJson(images: AsyncIterable<ExportedImage>): AsyncIterable<Uint8Array> {
  return encoded(parts())

  async function* parts(): AsyncGenerator<string> {
    let separator = '[\n'
    for await (const image of images) {
      yield separator + JSON.stringify(rowOf(image))
      separator = ',\n'
    }
    yield separator === '[\n' ? '[]\n' : '\n]\n'
  }
}

/** How a list of paths is written for a program on the machine of the gallery. */
export interface PathsStyle {
  /** The gallery: paths are absolute, with the bytes of the disk. Without it, they are those of the catalog. */
  root?: string | undefined
  /** A zero byte ends each path, which no name contains. Otherwise a line break does. */
  isZeroEnded?: boolean | undefined
}

/** One path in a line, relative to the gallery by default. A path that would not be one line is written as a JSON string. */
export function asPaths(
  images: AsyncIterable<ExportedImage>,
  { root, isZeroEnded = false }: PathsStyle = {},
): AsyncIterable<Uint8Array> {
  return encoded(lines())

  async function* lines(): AsyncGenerator<string | Buffer> {
    for await (const { path } of images) {
      const written = root === undefined ? path : toSystemPath(toAbsolute(root, path))
      if (isZeroEnded) yield* [written, '\0']
      else if (typeof written === 'string') yield `${asLine(written)}\n`
      else yield* [written, '\n']
    }
  }
}

function asLine(path: string): string {
  return /^"|[\n\r]/.test(path) ? JSON.stringify(path) : path
}

const PART_BYTES = 64 * 1024

/** Joins short texts, so that few parts are sent. */
export async function* encoded(texts: AsyncIterable<string | Buffer>): AsyncGenerator<Uint8Array> {
  let parts: Buffer[] = []
  let length = 0
  for await (const text of texts) {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text
    parts.push(bytes)
    length += bytes.length
    if (length < PART_BYTES) continue
    yield Buffer.concat(parts)
    parts = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(parts)
}
