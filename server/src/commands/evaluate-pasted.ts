import type { ColourReport } from '../evaluation/coloured-sketches.ts'
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
  console.log('\nBy a photo or a sketch of a thing: pasted things of its kind\n')
  printTable([
    ['side', 'mAP', 'R@10', 'with nine more vectors: mAP', 'R@10', 'by a sketch: mAP', 'R@10'],
    ...sizes.map(({ share, photos, severalVectors, sketches }) => [
      sideOf(share),
      ...[photos, severalVectors, sketches].flatMap((found) =>
        found === undefined ? ['-', '-'] : [figure(found.meanAveragePrecision), figure(found.recallAt10)],
      ),
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

/** Prints how often sketches in colours find the version of a photo that has these colours. */
export function printColours({ images, queries, scores }: ColourReport): void {
  console.log(
    `${queries} sketches in the colours of their photos, ${images} images: each photo in four hues\n`,
  )
  printTable([
    ['query', 'R@1', 'R@10', 'median rank'],
    ...scores.map(({ query, recallAt1, recallAt10, medianRank }) => [
      query,
      figure(recallAt1),
      figure(recallAt10),
      String(medianRank),
    ]),
  ])
}

function sideOf(share: number): string {
  return `1/${Math.round(1 / share)}`
}

function figure(value: number): string {
  return value.toFixed(4)
}
