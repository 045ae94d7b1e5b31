import type { Crop } from '../gallery/crop.ts'
import { type RgbImage, resample } from '../gallery/resample.ts'

/** An image with an object in it, and where it is. */
export interface Composite {
  image: RgbImage
  box: Crop
}

/**
 * Pastes a picture of an object into a scene.
 * @param share longer side of the object, relative to the shorter side of the scene
 * @param place of the object in the room that it leaves, each 0…1
 */
export function paste(
  scene: RgbImage,
  object: RgbImage,
  share: number,
  [placeX, placeY]: readonly [number, number],
): Composite {
  const scale = (share * Math.min(scene.width, scene.height)) / Math.max(object.width, object.height)
  const small = resample(
    object,
    Math.max(1, Math.round(object.width * scale)),
    Math.max(1, Math.round(object.height * scale)),
  )
  const x = Math.floor(placeX * (scene.width - small.width))
  const y = Math.floor(placeY * (scene.height - small.height))
  const data = scene.data.slice()
  for (let row = 0; row < small.height; row++) {
    const pixels = small.data.subarray(row * small.width * 3, (row + 1) * small.width * 3)
    data.set(pixels, ((y + row) * scene.width + x) * 3)
  }
  const box = {
    x: x / scene.width,
    y: y / scene.height,
    width: small.width / scene.width,
    height: small.height / scene.height,
  }
  return { image: { data, width: scene.width, height: scene.height }, box }
}

/** A place that depends on the content only, so that each run pastes the same. @param contentHash SHA-256 in hexadecimal */
export function placeOf(contentHash: string): [number, number] {
  const share = (start: number) => Number.parseInt(contentHash.slice(start, start + 8), 16) / 0xffff_ffff
  return [share(0), share(8)]
}

/** The side of a pasted object as people write it, such as `1/4` of the side of the picture. */
export function sideOf(share: number): string {
  return `1/${Math.round(1 / share)}`
}
