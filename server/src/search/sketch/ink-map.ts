/** How strongly each pixel stands out from the background, 0…1, row-major `[height, width]`. */
export interface InkMap {
  strength: Float32Array
  width: number
  height: number
}
