/** Statements of EXIF, XMP and IPTC about a picture, and of its header. All are optional. */
export interface FileDetails {
  /** Time on the clock of the camera, in milliseconds since 1970 as if that clock showed UTC. */
  capturedAt?: number | undefined
  /** Difference of that clock to UTC in minutes. */
  capturedOffset?: number | undefined
  /** Make and model. */
  camera?: string | undefined
  lens?: string | undefined
  /** Seconds. */
  exposureTime?: number | undefined
  fNumber?: number | undefined
  iso?: number | undefined
  /** Millimetres. */
  focalLength?: number | undefined
  /** 1 to 8: how the stored pixels have to be turned. */
  orientation?: number | undefined
  /** Degrees; north and east are positive. */
  latitude?: number | undefined
  longitude?: number | undefined
  title?: string | undefined
  caption?: string | undefined
  keywords?: string[] | undefined
  /** 0 to 5 stars. */
  rating?: number | undefined
  /** Bits of one colour of a pixel. */
  bitDepth?: number | undefined
}
