import type { PastedScores } from '../evaluation/pasted-objects.ts'
import { printTable } from './table.ts'

/** Prints how well pasted objects are found, by size. */
export function printPasted(sizes: readonly PastedScores[]): void {
  const [{ composites, images }] = sizes as [PastedScores]
  console.log(`${composites} objects pasted into scenes, ${images} images\n`)
  console.log('By a region: rank of its own image (median, 90 %), mAP of its kind elsewhere\n')
  printTable([
    ['side', 'crop: rank', 'mAP', 'as searched: rank', 'mAP'],
    ...sizes.map(({ share, regions: { crop, product } }) => [
      sideOf(share),
      `${crop.medianRank}, ${crop.rankOf90}`,
      figure(crop.meanAveragePrecision),
      `${product.medianRank}, ${product.rankOf90}`,
      figure(product.meanAveragePrecision),
    ]),
  ])
  console.log('\nBy a photo of a thing: pasted things of its kind\n')
  printTable([
    ['side', 'mAP', 'R@10'],
    ...sizes.map(({ share, photos }) => [
      sideOf(share),
      figure(photos.meanAveragePrecision),
      figure(photos.recallAt10),
    ]),
  ])
  console.log('\nMaximum of the heat map on the object\n')
  printTable([
    ['side', 'chance', 'region', 'another photo', 'word'],
    ...sizes.map(({ share, heat: { chance, region, photo, word } }) => [
      sideOf(share),
      figure(chance),
      figure(region),
      figure(photo),
      word === undefined ? '-' : figure(word),
    ]),
  ])
}

function sideOf(share: number): string {
  return `1/${Math.round(1 / share)}`
}

function figure(value: number): string {
  return value.toFixed(4)
}
