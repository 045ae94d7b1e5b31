import { parseXml, XmlElement } from '@rgrove/parse-xml'
import type { FileDetails } from './file-details.ts'
import {
  cameraName,
  cleanNumber,
  cleanRating,
  cleanText,
  decodeText,
  MAX_KEYWORDS,
  parseTime,
} from './values.ts'

/** Larger packets contain previews or histories of edits. */
const MAX_XMP_BYTES = 4 * 1024 * 1024

/**
 * Reads an XMP packet. Properties are attributes of `rdf:Description` or elements in it; lists contain `rdf:li`. Prefixes
 * are those that all programs write.
 * @throws {Error} if it is no XML
 */
export function readXmp(packet: Buffer): FileDetails {
  if (packet.length > MAX_XMP_BYTES) return {}
  const properties = propertiesOf(
    decodeText(packet)
      .replace(/^\uFEFF/, '')
      .replaceAll('\0', ''),
  )
  const first = (...names: string[]) => names.map((name) => properties.get(name)?.[0]).find(Boolean)
  const keywords = (properties.get('dc:subject') ?? [])
    .map(cleanText)
    .filter((word) => word !== undefined)
    .slice(0, MAX_KEYWORDS)
  const time = parseTime(first('exif:DateTimeOriginal', 'photoshop:DateCreated', 'xmp:CreateDate'))
  return {
    ...time,
    camera: cameraName(cleanText(first('tiff:Make')), cleanText(first('tiff:Model'))),
    lens: cleanText(first('exifEX:LensModel', 'aux:Lens')),
    exposureTime: cleanNumber(rational(first('exif:ExposureTime')), 1e-7, 1e6),
    fNumber: cleanNumber(rational(first('exif:FNumber')), 0.1, 1000),
    iso: cleanNumber(first('exif:ISOSpeedRatings', 'exifEX:PhotographicSensitivity'), 1, 1e8),
    focalLength: cleanNumber(rational(first('exif:FocalLength')), 0.1, 100_000),
    latitude: coordinate(first('exif:GPSLatitude'), 90),
    longitude: coordinate(first('exif:GPSLongitude'), 180),
    title: cleanText(first('dc:title')),
    caption: cleanText(first('dc:description')),
    keywords: keywords.length > 0 ? keywords : undefined,
    rating: cleanRating(first('xmp:Rating')),
  }
}

/** Values by qualified name, in the order of the document. */
function propertiesOf(xml: string): Map<string, string[]> {
  const properties = new Map<string, string[]>()
  const add = (name: string, value: string) => {
    const values = properties.get(name)
    if (values === undefined) properties.set(name, [value])
    else values.push(value)
  }
  const visit = (element: XmlElement) => {
    if (element.name === 'rdf:Description') {
      for (const [name, value] of Object.entries(element.attributes)) add(name, value)
      for (const property of childrenOf(element)) {
        const items = itemsOf(property)
        for (const value of items.length > 0 ? items : [property.text]) add(property.name, value)
      }
    } else for (const child of childrenOf(element)) visit(child)
  }
  const { root } = parseXml(xml)
  if (root !== null) visit(root)
  return properties
}

function childrenOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => child instanceof XmlElement)
}

/** The items of a list; of a text in several languages, the default comes first. */
function itemsOf(property: XmlElement): string[] {
  const items = childrenOf(property)
    .flatMap(childrenOf)
    .filter(({ name }) => name === 'rdf:li')
  const isDefault = (item: XmlElement) => item.attributes['xml:lang'] === 'x-default'
  return items.toSorted((a, b) => Number(isDefault(b)) - Number(isDefault(a))).map(({ text }) => text)
}

/** `1/200`, or a decimal number. */
function rational(text: string | undefined): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(?:\/(\d+))?$/.exec(text?.trim() ?? '')
  return found === null ? undefined : Number(found[1]) / Number(found[2] ?? 1)
}

/** `51,30.5N` or `51,30,30N`: degrees, minutes and seconds. */
function coordinate(text: string | undefined, max: number): number | undefined {
  const found = /^(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?([NSEW])$/.exec(text?.trim() ?? '')
  if (found === null) return undefined
  const [, degrees, minutes, seconds = '0', direction = ''] = found
  const value = Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600
  return cleanNumber('SW'.includes(direction) ? -value : value, -max, max)
}
