import { expect, it } from 'vitest'
import { nearestWords } from './suggestions.ts'

const editsOf = (word: string, other: string) => nearestWords(word, [other])[0]!.edits

it.each([
  ['guitar', 'Guitar', 0],
  ['gutiar', 'guitar', 1],
  ['ugitar', 'guitar', 1],
  ['guitra', 'guitar', 1],
  ['gutia', 'guitar', 2],
  ['uigtra', 'guitar', 3],
  ['dgo', 'dog', 1],
  ['ab', 'ba', 1],
  ['', 'dog', 3],
])('counts the edits from %j to %j: %i', (word, other, edits) => {
  expect(editsOf(word, other)).toBe(edits)
})

it('puts the nearest word first', () => {
  expect(nearestWords('gutiar', ['gutter', 'guitar', 'tiara'])[0]).toEqual({ word: 'guitar', edits: 1 })
})
