/** A place on the earth, in degrees, and how far from it pictures may be. */
export interface NearPlace {
  latitude: number
  longitude: number
  kilometres: number
}

/** Distances that can be chosen. */
export const DISTANCES = [1, 10, 100] as const
const KILOMETRES_PER_DEGREE = 111.2

export function formatNear({ latitude, longitude, kilometres }: NearPlace): string {
  return [latitude.toFixed(5), longitude.toFixed(5), kilometres].join()
}

/** @returns undefined for what is no place */
export function parseNear(text: unknown): NearPlace | undefined {
  if (typeof text !== 'string') return undefined
  const [latitude = Number.NaN, longitude = Number.NaN, kilometres = Number.NaN] = text.split(',').map(Number)
  const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
  return isPlace && kilometres > 0 && kilometres <= 1000 ? { latitude, longitude, kilometres } : undefined
}

/** The box of coordinates around a place; it ends at the date line and at the poles. */
export function boxAround({ latitude, longitude, kilometres }: NearPlace) {
  const north = kilometres / KILOMETRES_PER_DEGREE
  const east = north / Math.max(0.01, Math.cos((latitude * Math.PI) / 180))
  return {
    latitude_min: Math.max(-90, latitude - north),
    latitude_max: Math.min(90, latitude + north),
    longitude_min: Math.max(-180, longitude - east),
    longitude_max: Math.min(180, longitude + east),
  }
}
