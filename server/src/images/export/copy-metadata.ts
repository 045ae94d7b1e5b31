import { formatOffset } from '../../catalog/attributes.ts'
import type { Image } from '../../catalog/catalog.ts'
import type { CopyMetadata } from '../../gallery/thumbnails.ts'
import { sidecarOf } from './sidecar.ts'

/** The metadata of an image in the catalog, for a copy that is made of its pixels. */
export function copyMetadataOf(image: Image): CopyMetadata {
  const { camera } = image
  return {
    exif: {
      ...(camera !== undefined && { IFD0: { Model: camera } }),
      IFD2: captureTags(image),
      IFD3: placeTags(image),
    },
    xmp: sidecarOf(image),
  }
}

function captureTags({ capturedAt, capturedOffset }: Image): Record<string, string> {
  if (capturedAt === undefined) return {}
  // Such as 2026-05-04T12:30:00.450Z, as if the clock of the camera showed UTC.
  const [, date = '', time = '', milliseconds = ''] =
    /^(.+)T(.+)\.(\d+)Z$/.exec(new Date(capturedAt).toISOString()) ?? []
  return {
    DateTimeOriginal: `${date.replaceAll('-', ':')} ${time}`,
    SubSecTimeOriginal: milliseconds,
    ...(capturedOffset !== undefined && { OffsetTimeOriginal: formatOffset(capturedOffset) }),
  }
}

function placeTags({ latitude, longitude }: Image): Record<string, string> {
  if (latitude === undefined || longitude === undefined) return {}
  return {
    GPSLatitude: degrees(latitude),
    GPSLatitudeRef: latitude < 0 ? 'S' : 'N',
    GPSLongitude: degrees(longitude),
    GPSLongitudeRef: longitude < 0 ? 'W' : 'E',
  }
}

const PARTS_OF_SECOND = 10_000

/** Degrees, minutes and seconds as fractions. */
function degrees(value: number): string {
  const parts = Math.round(Math.abs(value) * 3600 * PARTS_OF_SECOND)
  const minutes = Math.floor(parts / (60 * PARTS_OF_SECOND))
  return `${Math.floor(minutes / 60)}/1 ${minutes % 60}/1 ${parts % (60 * PARTS_OF_SECOND)}/${PARTS_OF_SECOND}`
}
