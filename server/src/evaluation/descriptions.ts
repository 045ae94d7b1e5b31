import type { Vocabulary } from '../search/words/vocabulary.ts'
import { type EmbeddedItems, vectorAt } from './evaluate.ts'

/** How well a model describes images from a probability on; shares are 0…1. */
export interface DescriptionScores {
  probability: number
  /** Whether the vocabulary uses this probability. */
  isUsed: boolean
  /** Share of the images that have a word. */
  described: number
  /** Share of them whose most specific word is right: it has a class in common with the name of the folder. Undefined without any. */
  right: number | undefined
}

export interface DescriptionReport {
  /** Images in folders whose names stand for classes of the vocabulary; others can't be judged. */
  images: number
  scores: DescriptionScores[]
}

const PROBABILITIES = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95]

/** Compares the words for images with the names of their folders. @returns undefined if no image can be judged */
export function evaluateDescriptions(
  gallery: EmbeddedItems,
  vocabulary: Vocabulary,
): DescriptionReport | undefined {
  const judged = gallery.items.flatMap(({ className }, n) => {
    const classes = vocabulary.classesOf(className.replaceAll('_', ' '))
    return classes.size === 0 ? [] : [{ vector: vectorAt(gallery, n), classes }]
  })
  if (judged.length === 0) return undefined
  const scores = PROBABILITIES.map((probability): DescriptionScores => {
    const words = judged.flatMap(({ vector, classes }) => {
      const [word] = vocabulary.describe(vector, undefined, probability)
      return word === undefined ? [] : [{ isRight: !vocabulary.classesOf(word).isDisjointFrom(classes) }]
    })
    return {
      probability,
      isUsed: probability === vocabulary.sureFrom,
      described: words.length / judged.length,
      right: words.length === 0 ? undefined : words.filter(({ isRight }) => isRight).length / words.length,
    }
  })
  return { images: judged.length, scores }
}
