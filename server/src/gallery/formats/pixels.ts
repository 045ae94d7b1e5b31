/** Pixels as the decoders of this project return them. */
export interface Pixels {
  width: number
  height: number
  channels: 3 | 4
  /** `[height, width, channels]`, from the top, red first. */
  data: Uint8Array
  /** Share of the pixels that could be decoded, 0 to 1. */
  share: number
}
