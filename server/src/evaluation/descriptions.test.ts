import { expect, it } from 'vitest'
import { definitionOf } from '../embedding/definition-of.ts'
import { vocabularyFilesOf } from '../embedding/vocabulary-files.ts'
import { openVocabulary } from '../search/words/vocabulary.ts'
import { evaluateDescriptions } from './descriptions.ts'

const MODEL = 'sketch-search-5'
const DIMENSIONS = 256

it('words for images are right if they share a class with the name of the folder', async () => {
  const files = vocabularyFilesOf(MODEL, definitionOf(MODEL, { chosen_embedder: MODEL, embedders: {} }))!
  const vocabulary = await openVocabulary(files, DIMENSIONS)
  const [{ vectors }] = vocabulary.find('goldfish') as [ReturnType<typeof vocabulary.find>[number]]
  const goldfish = vectors[0]!.vector
  const classNames = ['fish', 'guitar', 'democracy', 'goldfish']
  const items = classNames.map((className) => ({ className, path: className, contentHash: className }))
  const all = new Float32Array(items.length * DIMENSIONS)
  for (const n of items.keys()) all.set(goldfish, n * DIMENSIONS)
  const report = evaluateDescriptions({ items, vectors: all, dimensions: DIMENSIONS }, vocabulary)!
  expect(report.images).toBe(3)
  for (const { described, right } of report.scores)
    expect([described, right]).toEqual([1, expect.closeTo(2 / 3)])
  expect(report.scores.filter(({ isUsed }) => isUsed)).toHaveLength(1)
})

it('no share of right words is computed where no image has a word', async () => {
  const files = vocabularyFilesOf(MODEL, definitionOf(MODEL, { chosen_embedder: MODEL, embedders: {} }))!
  const vocabulary = await openVocabulary(files, DIMENSIONS)
  const item = { className: 'goldfish', path: 'goldfish', contentHash: 'goldfish' }
  const vectors = new Float32Array(DIMENSIONS)
  const report = evaluateDescriptions({ items: [item], vectors, dimensions: DIMENSIONS }, vocabulary)!
  expect(report.scores.at(-1)).toMatchObject({ described: 0, right: undefined })
})
