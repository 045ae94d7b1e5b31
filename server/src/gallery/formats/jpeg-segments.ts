/** Where a segment of a JPEG lies: its marker begins at `at`, and `end` is the place behind it. */
export interface JpegSegment {
  marker: number
  at: number
  end: number
}

const END_OF_IMAGE = 0xd9
export const END_OF_IMAGE_BYTES = Buffer.of(0xff, END_OF_IMAGE)
export const START_OF_SCAN = 0xda
/** Marker and length. */
const HEAD_BYTES = 4

/**
 * The segments of a JPEG up to the header of its pixels (ITU-T T.81, annex B), or to bytes that are no segment.
 * @param start place of the marker that begins the stream
 */
export function* segmentsOf(bytes: Uint8Array, start = 0): Generator<JpegSegment> {
  for (let at = start + 2; at + HEAD_BYTES <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]!
    // Any number of fill bytes may precede a marker.
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === END_OF_IMAGE) return
    const end = at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!)
    yield { marker, at, end }
    if (marker === START_OF_SCAN) return
    at = end
  }
}
