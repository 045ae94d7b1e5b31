import type { Image } from '../api/client.ts'
import { bytes, percent } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { formatOf } from './duplicate-choice.ts'
import { dateOf } from './picture-date.ts'

type FactKey = keyof typeof viewMessages.compare.facts

/** A fact of one of the pictures. */
export interface Fact {
  key: FactKey
  value: string
  /** Whether no other picture has a better one. */
  isBest: boolean
}

export interface ComparedFact {
  key: FactKey
  /** One for each picture. */
  values: string[]
  /** Pictures with the best value; none if all are equal. */
  best: boolean[]
}

/** The facts of pictures beside each other, with the best of each. */
export function comparedFacts(images: readonly Image[]): ComparedFact[] {
  const { facts } = viewMessages.compare
  const fact = (
    key: keyof typeof facts,
    textOf: (image: Image) => string,
    rankOf?: (image: Image) => number,
  ): ComparedFact => {
    const ranks = images.map((image) => rankOf?.(image) ?? 0)
    const most = Math.max(...ranks)
    const areAlike = ranks.every((rank) => rank === most)
    return { key, values: images.map(textOf), best: ranks.map((rank) => !areAlike && rank === most) }
  }
  const areDepthsKnown = images.every(({ bit_depth }) => bit_depth !== null)
  const all = [
    fact(
      'dimensions',
      ({ width, height }) => messages.viewer.size(width, height),
      ({ width, height }) => width * height,
    ),
    fact(
      'bytes',
      (image) => bytes(image.bytes),
      (image) => image.bytes,
    ),
    fact('format', formatText, areDepthsKnown ? ({ bit_depth }) => bit_depth ?? 0 : undefined),
    fact('date', dateOf),
    fact('camera', ({ camera }) => camera ?? ''),
    fact('folder', ({ directory }) =>
      directory === '.' ? messages.gallery.allPictures : directory.replaceAll('/', ' / '),
    ),
    fact(
      'score',
      ({ score }) => scoreText(score, images),
      ({ score = 0 }) => score,
    ),
  ]
  return all.filter(({ values }) => values.some((value) => value !== ''))
}

/** The facts of one of the pictures. */
export function factsOf(index: number, facts: readonly ComparedFact[]): Fact[] {
  return facts.map(({ key, values, best }) => ({
    key,
    value: values[index] ?? '',
    isBest: best[index] === true,
  }))
}

function formatText(image: Image): string {
  const { bit_depth: bits } = image
  return bits === null ? formatOf(image) : `${formatOf(image)}, ${viewMessages.compare.bits(bits)}`
}

/** A score, with its difference from the best one. */
function scoreText(score: number | undefined, images: readonly Image[]): string {
  if (score === undefined) return ''
  const best = Math.max(...images.map((image) => image.score ?? 0))
  const points = Math.round(best * 100) - Math.round(score * 100)
  return points === 0 ? percent(score) : `${percent(score)}, ${viewMessages.compare.below(points)}`
}
