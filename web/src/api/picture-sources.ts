import { thumbHashToDataURL } from 'thumbhash'
import type { Image } from './client.ts'

const placeholders = new Map<string, string>()
const MAX_PLACEHOLDERS = 2_000

/** A blurred picture of a few bytes, shown until the picture is loaded. */
export function placeholderOf({ thumbhash }: Pick<Image, 'thumbhash'>): string | undefined {
  if (thumbhash === null || thumbhash === undefined) return undefined
  const known = placeholders.get(thumbhash)
  if (known !== undefined) return known
  const url = thumbHashToDataURL(Uint8Array.from(atob(thumbhash), (letter) => letter.charCodeAt(0)))
  if (placeholders.size >= MAX_PLACEHOLDERS) placeholders.clear()
  placeholders.set(thumbhash, url)
  return url
}

/** Longest sides of the versions that the server makes. */
const SIDES = [256, 512, 1024] as const

export interface PictureSources {
  src: string
  srcSet: string
  sizes: string
}

/**
 * The versions of a picture for a tile: the browser takes the smallest that is not enlarged on its screen.
 * @param width of the tile in CSS pixels
 */
export function sourcesOf(image: Image, width: number): PictureSources {
  const { thumbnail_url: url } = image
  const aspect = image.width / Math.max(1, image.height)
  const sides = SIDES.filter((_, n) => n === 0 || SIDES[n - 1]! < Math.max(image.width, image.height))
  const widthOf = (side: number) => Math.max(1, Math.round(Math.min(side * Math.min(1, aspect), image.width)))
  return {
    src: sizedUrl(url, 256),
    srcSet: sides.map((side) => `${sizedUrl(url, side)} ${widthOf(side)}w`).join(', '),
    sizes: `${Math.ceil(width)}px`,
  }
}

export function sizedUrl(thumbnailUrl: string, side: (typeof SIDES)[number]): string {
  return `${thumbnailUrl}&size=${side}`
}
