import { z } from 'zod'
import type { FileMetadata } from '../gallery/metadata.ts'

/** Value of an attribute; undefined if the file has none. */
export type AttributeValue = string | number | undefined

/** A column of an image that is read from its file: everything else about the column follows from this entry. */
export interface Attribute<Value extends AttributeValue = AttributeValue> {
  /** Column of the database, and property of answers. */
  column: string
  /** Version of the attributes that added the entry or changed how it is read. Older rows are read again. */
  since: number
  read(metadata: FileMetadata): Value
  /** Schema in answers, where undefined becomes null. */
  schema: z.ZodType
}

/** Attributes by the name that they have on an `Image`. */
export type AttributeTable = Readonly<Record<string, Attribute>>

/** Infers the literal name of the column and the type of its schema. */
const attribute = <const Column extends string, Value extends AttributeValue, Schema extends z.ZodType>(
  entry: Attribute<Value> & { column: Column; schema: Schema },
) => entry

export const IMAGE_ATTRIBUTES = {
  width: attribute({ column: 'width', since: 1, read: ({ width }) => width, schema: z.int() }),
  height: attribute({ column: 'height', since: 1, read: ({ height }) => height, schema: z.int() }),
  contentType: attribute({
    column: 'content_type',
    since: 1,
    read: ({ contentType }) => contentType,
    schema: z.string(),
  }),
  thumbhash: attribute({
    column: 'thumbhash',
    since: 2,
    read: ({ thumbhash }) => thumbhash,
    schema: z.string().nullable().describe('A blurred placeholder: a ThumbHash, base64.'),
  }),
  note: attribute({
    column: 'note',
    since: 2,
    read: ({ note }) => note,
    schema: z
      .string()
      .nullable()
      .describe('What is wrong with the file, if only a part of the image could be decoded.'),
  }),
}

type Attributes = typeof IMAGE_ATTRIBUTES
type ValueOf<K extends keyof Attributes> = ReturnType<Attributes[K]['read']>
type RequiredName = { [K in keyof Attributes]: undefined extends ValueOf<K> ? never : K }[keyof Attributes]

/** The attributes of an image. Those that a file may lack are optional. */
export type ImageAttributes = { [K in RequiredName]: ValueOf<K> } & {
  [K in Exclude<keyof Attributes, RequiredName>]?: ValueOf<K>
}

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

/** Schemas of the properties in answers. */
export type AttributeSchemas = { [K in keyof Attributes as Attributes[K]['column']]: Attributes[K]['schema'] }
export type AttributesJson = { [K in keyof AttributeSchemas]: z.output<AttributeSchemas[K]> }

export function attributeSchemas(): AttributeSchemas {
  const schemas = Object.values(IMAGE_ATTRIBUTES).map(({ column, schema }) => [column, schema])
  return Object.fromEntries(schemas) as AttributeSchemas
}

/** Returns the properties of an image in answers. */
export function attributesJson(image: ImageAttributes): AttributesJson {
  const entries = Object.entries(IMAGE_ATTRIBUTES) as [keyof Attributes, Attribute][]
  const values = entries.map(([name, { column }]) => [column, image[name] ?? null])
  return Object.fromEntries(values) as AttributesJson
}
