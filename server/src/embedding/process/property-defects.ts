import type { QueryExpansion } from '../embedder.ts'
import type { Response } from './protocol.ts'

const MAX_DIMENSIONS = 65_536
const MAX_SIDE = 4096
const MAX_MARGIN = 0.45
const MAX_NEIGHBOURS = 1000
/** Side of the grid of a feature map. */
const MAX_PLACES = 256

/** @returns the invalid property of an embedder, if any */
export function defectOf({
  dimensions,
  inputSize,
  sketchMargin = 0,
  sketchExpansion,
  places,
}: Extract<Response, { type: 'ready' }>): string | undefined {
  const isCount = (value: unknown, most: number) =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most
  if (!isCount(dimensions, MAX_DIMENSIONS)) {
    return `its dimensions have to be a whole number from 1 to ${MAX_DIMENSIONS}, but are ${JSON.stringify(dimensions)}`
  }
  if (!isCount(inputSize?.width, MAX_SIDE) || !isCount(inputSize?.height, MAX_SIDE)) {
    return `the size of its input has to be whole numbers from 1 to ${MAX_SIDE}, but is ${JSON.stringify(inputSize)}`
  }
  const isMargin = typeof sketchMargin === 'number' && sketchMargin >= 0 && sketchMargin <= MAX_MARGIN
  if (!isMargin)
    return `its sketch margin has to be from 0 to ${MAX_MARGIN}, but is ${JSON.stringify(sketchMargin)}`
  if (places !== undefined && (!isCount(places?.width, MAX_PLACES) || !isCount(places?.height, MAX_PLACES)))
    return `its places have to be a width and a height from 1 to ${MAX_PLACES}, but are ${JSON.stringify(places)}`
  return sketchExpansion === undefined || isExpansion(sketchExpansion, dimensions)
    ? undefined
    : `its sketch expansion is not valid: ${JSON.stringify(sketchExpansion)}`
}

function isExpansion(
  { neighbours, temperature, weight, keptDimensions = 0, ownMatch }: QueryExpansion,
  dimensions: number,
): boolean {
  return (
    Number.isInteger(neighbours) &&
    neighbours >= 1 &&
    neighbours <= MAX_NEIGHBOURS &&
    temperature > 0 &&
    weight >= 0 &&
    Number.isInteger(keptDimensions) &&
    keptDimensions >= 0 &&
    keptDimensions < dimensions &&
    (ownMatch === undefined || (Number.isFinite(ownMatch.sketch) && Number.isFinite(ownMatch.expanded)))
  )
}
