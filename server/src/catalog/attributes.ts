import { z } from 'zod'
import { timeWithSidecar } from '../gallery/details/values.ts'
import type { FileMetadata } from '../gallery/metadata.ts'
import { normalizeName } from '../gallery/paths.ts'
import type { SidecarDetails } from '../gallery/sidecar.ts'

/** Value of an attribute; undefined if the file has none. */
type AttributeValue = string | number | undefined

type AttributeValues = Partial<Record<string, AttributeValue>>

/** A filter by a range has the parameters `NAME_min` and `NAME_max`, one by a part of a text `NAME_contains`. */
export interface AttributeFilter {
  kind: 'range' | 'contains'
  name: string
  /** Column that is compared, unless it is that of the attribute. */
  column?: string
  /** `time`: an ISO 8601 time, compared with the clock of the camera. `integer`: that of a column which holds nothing else. */
  of: 'number' | 'integer' | 'time' | 'text'
}

/** A column of an image that is read from its file: everything else about the column follows from this entry. */
export interface Attribute<Value extends AttributeValue = AttributeValue> {
  /** Column of the database, and property of answers. */
  column: string
  /** Version of the attributes that added the entry or changed how it is read. Older rows are read again. */
  since: number
  read(metadata: FileMetadata): Value
  /** Schema in answers; an attribute without one is not in answers. */
  schema?: z.ZodType
  /** Converts the value for answers; without it, undefined becomes null. */
  answer?(image: AttributeValues): unknown
  filter?: AttributeFilter
  /** Column that orders images by this attribute. */
  order?: string
}

/** Attributes by the name that they have on an `Image`. */
export type AttributeTable = Readonly<Record<string, Attribute>>

/** Infers the literal names and the type of the schema. */
const attribute = <const Entry extends Attribute>(entry: Entry) => entry

const number = z.number().nullable()
const text = z.string().nullable()

/**
 * The attributes of an image. Size and content type are determined by decoding and keep version 1; everything else is read
 * without it.
 */
export const IMAGE_ATTRIBUTES = {
  width: attribute({ column: 'width', since: 1, read: ({ width }) => width, schema: z.int() }),
  height: attribute({ column: 'height', since: 1, read: ({ height }) => height, schema: z.int() }),
  contentType: attribute({
    column: 'content_type',
    since: 1,
    read: ({ contentType }) => contentType,
    schema: z.string(),
    filter: { kind: 'contains', name: 'content_type', of: 'text' },
  }),
  thumbhash: attribute({
    column: 'thumbhash',
    since: 2,
    read: ({ thumbhash }) => thumbhash,
    schema: text.describe('A blurred placeholder: a ThumbHash, base64.'),
  }),
  capturedAt: attribute({
    column: 'captured_at',
    since: 5,
    read: ({ capturedAt }) => capturedAt,
    schema: text.describe(
      'Time on the clock of the camera, with its offset from UTC if the file states it. Null: the file has none; filters and orders then use `modified_at` on the clock of the server.',
    ),
    answer: ({ capturedAt, capturedOffset }) => formatClock(capturedAt, capturedOffset),
    filter: { kind: 'range', name: 'captured', column: 'taken_at', of: 'time' },
    order: 'taken_at',
  }),
  capturedOffset: attribute({
    column: 'captured_offset',
    since: 5,
    read: ({ capturedOffset }) => capturedOffset,
  }),
  camera: attribute({
    column: 'camera',
    since: 5,
    read: ({ camera }) => camera,
    schema: text.describe('Make and model.'),
    filter: { kind: 'contains', name: 'camera', of: 'text' },
  }),
  lens: attribute({
    column: 'lens',
    since: 3,
    read: ({ lens }) => lens,
    schema: text,
    filter: { kind: 'contains', name: 'lens', of: 'text' },
  }),
  exposureTime: attribute({
    column: 'exposure_time',
    since: 5,
    read: ({ exposureTime }) => exposureTime,
    schema: number.describe('Seconds.'),
  }),
  fNumber: attribute({ column: 'f_number', since: 5, read: ({ fNumber }) => fNumber, schema: number }),
  iso: attribute({ column: 'iso', since: 5, read: ({ iso }) => iso, schema: number }),
  focalLength: attribute({
    column: 'focal_length',
    since: 5,
    read: ({ focalLength }) => focalLength,
    schema: number.describe('Millimetres.'),
  }),
  orientation: attribute({
    column: 'orientation',
    since: 3,
    read: ({ orientation }) => orientation,
    schema: number.describe(
      'EXIF’s 1 to 8: how the stored pixels are turned. `width` and `height` are those of the upright image.',
    ),
  }),
  latitude: attribute({
    column: 'latitude',
    since: 5,
    read: ({ latitude }) => latitude,
    schema: number.describe('Degrees, north is positive.'),
    filter: { kind: 'range', name: 'latitude', of: 'number' },
  }),
  longitude: attribute({
    column: 'longitude',
    since: 5,
    read: ({ longitude }) => longitude,
    schema: number.describe('Degrees, east is positive.'),
    filter: { kind: 'range', name: 'longitude', of: 'number' },
  }),
  title: attribute({
    column: 'title',
    since: 3,
    read: ({ title }) => title,
    schema: text,
    filter: { kind: 'contains', name: 'title', of: 'text' },
  }),
  caption: attribute({
    column: 'caption',
    since: 3,
    read: ({ caption }) => caption,
    schema: text,
    filter: { kind: 'contains', name: 'caption', of: 'text' },
  }),
  keywords: attribute({
    column: 'keywords',
    since: 3,
    read: ({ keywords }) => keywords?.map((word) => word.replaceAll('\n', ' ')).join('\n'),
    schema: z.array(z.string()),
    answer: ({ keywords }) => (typeof keywords === 'string' ? keywords.split('\n') : []),
    filter: { kind: 'contains', name: 'keywords', of: 'text' },
  }),
  rating: attribute({
    column: 'rating',
    since: 3,
    read: ({ rating }) => rating,
    schema: number.describe('0 to 5 stars.'),
    filter: { kind: 'range', name: 'rating', of: 'integer' },
  }),
  bitDepth: attribute({
    column: 'bit_depth',
    since: 4,
    read: ({ bitDepth }) => bitDepth,
    schema: number.describe('Bits of one colour of a pixel. Null for raw photos and BMP.'),
  }),
  /** Title, caption and keywords, for the filter `text_contains`. */
  searchText: attribute({
    column: 'search_text',
    since: 3,
    read: ({ title, caption, keywords = [] }) =>
      normalizeName([title, caption, ...keywords].filter((part) => part !== undefined).join('\n')) ||
      undefined,
  }),
  note: attribute({
    column: 'note',
    since: 2,
    read: ({ note }) => note,
    schema: z
      .string()
      .nullable()
      .describe('Problem of the file, if only a part of the image could be decoded.'),
  }),
}

export type Attributes = typeof IMAGE_ATTRIBUTES
type ValueOf<K extends keyof Attributes> = ReturnType<Attributes[K]['read']>
type RequiredName = { [K in keyof Attributes]: undefined extends ValueOf<K> ? never : K }[keyof Attributes]

/** The attributes of an image. Those that a file may lack are optional. */
export type ImageAttributes = { [K in RequiredName]: ValueOf<K> } & {
  [K in Exclude<keyof Attributes, RequiredName>]?: ValueOf<K>
}

type NameWith<Key extends keyof Attribute> = {
  [K in keyof Attributes]: Attributes[K] extends Record<Key, unknown> ? K : never
}[keyof Attributes]

/** Attributes that images can be ordered by. */
export type AttributeOrder = NameWith<'order'>

/** The version of a table of attributes: rows of an older one have to be read again. */
export function versionOf(attributes: AttributeTable): number {
  return Math.max(...Object.values(attributes).map(({ since }) => since))
}

/** Reads all attributes from the metadata of a file. */
export function readAttributes(
  metadata: FileMetadata,
  attributes: AttributeTable = IMAGE_ATTRIBUTES,
): ImageAttributes {
  const values = Object.entries(attributes).map(([name, { read }]) => [name, read(metadata)])
  // `ImageAttributes` is derived from the return types of the same entries.
  return Object.fromEntries(values) as ImageAttributes
}

/** Attributes that the XMP file beside an image can replace. */
const SIDECAR_NAMES = [
  'title',
  'caption',
  'keywords',
  'rating',
  'searchText',
  'capturedAt',
  'capturedOffset',
  'latitude',
  'longitude',
] as const

/** Returns attributes in which what a sidecar states has replaced what the file itself does. */
export function withDetails(attributes: ImageAttributes, details: SidecarDetails): ImageAttributes {
  const stated = Object.entries(details).filter(([, value]) => value !== undefined)
  const metadata: FileMetadata = {
    ...attributes,
    thumbhash: attributes.thumbhash,
    note: attributes.note,
    keywords: attributes.keywords?.split('\n'),
    colours: undefined,
    ...Object.fromEntries(stated),
    ...timeWithSidecar(attributes, details),
  }
  const values = SIDECAR_NAMES.map((name) => [name, IMAGE_ATTRIBUTES[name].read(metadata)])
  return { ...attributes, ...Object.fromEntries(values) }
}

/** Schemas of the properties in answers. */
export type AttributeSchemas = {
  [K in NameWith<'schema'> as Attributes[K]['column']]: Attributes[K]['schema']
}
export type AttributesJson = { [K in keyof AttributeSchemas]: z.output<AttributeSchemas[K]> }

const ENTRIES: [name: string, entry: Attribute][] = Object.entries(IMAGE_ATTRIBUTES)
const ANSWERED = ENTRIES.filter(([, { schema }]) => schema !== undefined)

export function attributeSchemas(): AttributeSchemas {
  return Object.fromEntries(ANSWERED.map(([, { column, schema }]) => [column, schema])) as AttributeSchemas
}

/** Adds the properties of an image in answers to an object, which is faster than copying them into another one. */
export function addAttributesJson<T extends object>(json: T, image: ImageAttributes): T & AttributesJson {
  const byName = image as AttributeValues
  const values = json as Partial<Record<string, unknown>>
  for (const [name, { column, answer }] of ANSWERED)
    values[column] = answer === undefined ? (byName[name] ?? null) : answer(byName)
  return json as T & AttributesJson
}

/** ISO 8601, without a zone if the offset is unknown. */
function formatClock(time: AttributeValue, offset: AttributeValue): string | null {
  if (typeof time !== 'number') return null
  const local = new Date(time).toISOString().slice(0, -'Z'.length)
  return typeof offset === 'number' ? local + formatOffset(offset) : local
}

/** @param offset from UTC in minutes @returns such as `+05:30` */
export function formatOffset(offset: number): string {
  const minutes = Math.abs(offset)
  const twoDigits = (value: number) => String(value).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`
}
