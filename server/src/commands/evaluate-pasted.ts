import type { ColourReport } from '../evaluation/coloured-sketches.ts'
import { sideOf } from '../evaluation/composites.ts'
import type { PastedReport } from '../evaluation/pasted-objects.ts'
import { figure, printTable } from './table.ts'

/** Prints how well pasted objects are found, by size. */
export function printPasted({ composites, images, sizes, alone }: PastedReport): void {
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
  console.log(
    '\nPasted things of the kind of a query, by embedder_registry.windows; all: images that show nothing else\n',
  )
  printTable([
    ['side', 'windows', ...QUERIES.flatMap((query) => [`${query}: mAP`, 'R@10'])],
    ...sizes.flatMap(({ share, found }) => foundRows(sideOf(share), found)),
    ...foundRows('all', alone),
  ])
  console.log('\nMaximum of the heat map on the object\n')
  printTable([
    ['side', 'map', 'chance', 'region', 'another photo', 'word'],
    ...sizes.flatMap(({ share, heat: { chance, ...maps } }) =>
      Object.entries(maps).map(([detail, { region, photo, word }]) => [
        sideOf(share),
        detail,
        figure(chance),
        figure(region),
        figure(photo),
        figure(word),
      ]),
    ),
  ])
}

const QUERIES = ['photo', 'sketch', 'word'] as const

function foundRows(side: string, found: PastedReport['alone']): string[][] {
  return Object.entries(found).map(([windows, by]) => [
    side,
    windows,
    ...QUERIES.flatMap((query) => {
      const scores = by[query]
      return scores === undefined
        ? ['-', '-']
        : [figure(scores.meanAveragePrecision), figure(scores.recallAt10)]
    }),
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
