import type { NearPlace } from '../catalog/catalog.ts'
import { InputProblem, readText, scalar, valueError } from '../contract/input.ts'

const MAX_PLACE_CHARACTERS = 100
const DEFAULT_DISTANCE = 10
const MAX_DISTANCE = 20_000

/** `latitude,longitude` or `latitude,longitude,distance` */
export const placeSchema = scalar<NearPlace, string>(
  (input) => {
    const value = readText(input, 0, MAX_PLACE_CHARACTERS)
    if (value instanceof InputProblem) return value
    const numbers = value.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
    const [latitude = Number.NaN, longitude = Number.NaN, distance = DEFAULT_DISTANCE] = numbers
    const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && numbers.length <= 3
    if (isPlace && distance > 0 && distance <= MAX_DISTANCE) return { latitude, longitude, distance }
    return valueError('give latitude, longitude and, if you like, a distance in kilometres: 48.137,11.575,5')
  },
  {
    type: 'string',
    description: `Images near a place: \`latitude,longitude\` or \`latitude,longitude,kilometres\` (default ${DEFAULT_DISTANCE}), the distance to the sides of a box.`,
    example: '48.137,11.575,5',
  },
)
