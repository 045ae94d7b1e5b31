import { describe, expect, it } from 'vitest'
import { TRAINED_VOCABULARY } from '../../embedding/kinds/trained/trained-model.ts'
import { openVocabulary } from './vocabulary.ts'

const DIMENSIONS = 256
const opened = openVocabulary(TRAINED_VOCABULARY, DIMENSIONS)
const wordsOf = async (text: string) => (await opened).find(text).map(({ word }) => word)

describe('the vocabulary of the default model', () => {
  it('has several thousand English words, and German ones', async () => {
    const vocabulary = await opened
    expect(vocabulary.size).toBeGreaterThan(3000)
    expect(vocabulary.languages).toEqual(['en', 'de'])
  })

  it('represents general words by the words below them', async () => {
    const [dog] = (await opened).find('dog')
    const [terrier] = (await opened).find('terrier')
    expect(dog!.vectors.length).toBeGreaterThan(100)
    expect(terrier!.vectors.length).toBeLessThan(dog!.vectors.length)
    for (const { vector, weight } of dog!.vectors) {
      expect(vector).toHaveLength(DIMENSIONS)
      expect(Math.hypot(...vector)).toBeCloseTo(1, 2)
      expect(weight).toBeGreaterThan(0)
    }
    for (const word of ['bird', 'boat', 'fruit', 'musical instrument', 'animal', 'car', 'furniture'])
      expect((await opened).find(word)[0]!.vectors.length, word).toBeGreaterThan(3)
  })

  it.each([
    ['Dogs', ['dog']],
    ['a dog', ['dog']],
    ['mice', ['mouse']],
    ['wolves', ['wolf']],
    ['strawberries', ['strawberry']],
    ['elephent', ['elephant']],
    ['gitar', ['guitar']],
    ['gutiar', ['guitar']],
    ['a brid and a gutiar', ['bird', 'guitar']],
    ['t-shirt', ['t shirt']],
    ['musical  instruments', ['musical instrument']],
    ['dog and cat', ['dog', 'cat']],
    ['a dog on the sofa', ['dog', 'sofa']],
  ])('understands %j as %j', async (text, expected) => {
    expect(await wordsOf(text)).toEqual(expected)
  })

  it.each([
    ['moose', true],
    ['Elche', true],
    ['pipes', true],
    // Words that share few letters with these are no help.
    ['democracy', false],
    ['qwertzuiop', false],
    ['philosophy of dogs', false],
    ['!?', false],
    ['', false],
  ])('suggests known words for %j instead of a guess, if any is similar', async (text, hasSimilar) => {
    const vocabulary = await opened
    expect(() => vocabulary.find(text)).toThrowError(expect.objectContaining({ code: 'unknown_word' }))
    try {
      vocabulary.find(text)
    } catch (error) {
      const { suggestions } = error as { suggestions: string[] }
      for (const word of suggestions) expect(vocabulary.find(word)).toHaveLength(1)
      expect(suggestions.length > 0).toBe(hasSimilar)
    }
  })

  it('describes an image by its most specific and its most frequent words, if it is sure', async () => {
    const vocabulary = await opened
    const [guitar] = vocabulary.find('acoustic guitar')
    expect(vocabulary.describe(guitar!.vectors[0]!.vector)).toEqual(
      expect.arrayContaining(['acoustic guitar', 'guitar']),
    )
    const [terrier] = vocabulary.find('Yorkshire terrier')
    const words = vocabulary.describe(terrier!.vectors[0]!.vector)
    expect(words).toHaveLength(3)
    expect(words[0]).toBe('yorkshire terrier')
    expect(words).toContain('dog')
    expect(vocabulary.describe(new Float32Array(DIMENSIONS).fill(1 / 16))).toEqual([])
  })

  it('completes a prefix, frequent words first', async () => {
    const vocabulary = await opened
    const words = (text: string, limit: number) => vocabulary.complete(text, limit).words
    expect(words('Do', 3)).toContain('dog')
    expect(words('teddy', 5)).toEqual(expect.arrayContaining(['teddy', 'teddy bear']))
    expect(words('bear', 20)).toEqual(expect.arrayContaining(['bear', 'brown bear']))
    expect(words('', 5)).toEqual([])
    expect(words('qwertz', 5)).toEqual([])
  })

  it.each([
    ['a dog and a Gui', 'Gui', 'guitar'],
    ['dog on the musical inst', 'musical inst', 'musical instrument'],
    ['teddy ', 'teddy ', 'teddy bear'],
    ['cat, t-sh', 't-sh', 't shirt'],
    ['cat on', 'on', 'onion'],
  ])('completes the end of %j', async (text, prefix, word) => {
    expect((await opened).complete(text, 50)).toMatchObject({ prefix, words: expect.arrayContaining([word]) })
  })

  it('completes nothing behind a word that can not go on', async () => {
    expect((await opened).complete('a guitar ', 5)).toEqual({ prefix: '', words: [] })
  })

  it.each([
    ['dog', true],
    ['two Dogs on the sofa', true],
    ['yorkshire terrier', true],
    ['', false],
    ['the', false],
    ['do', false],
    ['a dog on the s', false],
    // Found after a correction only.
    ['guitarr', false],
  ])('distinguishes complete texts: %j is one: %j', async (text, isKnown) => {
    expect((await opened).covers(text)).toBe(isKnown)
  })

  it('names the unknown word of a phrase', async () => {
    const vocabulary = await opened
    for (const [text, unknown] of [
      ['A Dgo on the sofa', 'Dgo'],
      ['philosophy of dogs', 'philosophy'],
      ['dog, democracy', 'democracy'],
      ['a the', 'the'],
    ] as const) {
      const start = text.indexOf(unknown)
      const rejected = { text, start, end: start + unknown.length }
      expect(() => vocabulary.find(text), text).toThrowError(expect.objectContaining({ rejected }))
    }
  })
})

describe('German words', () => {
  const german = async (text: string) => (await opened).find(text, 'de').map(({ word }) => word)

  it.each([
    ['Hund', ['Hund']],
    ['ein Hund auf dem Sofa', ['Hund', 'Sofa']],
    ['Hunde', ['Hund']],
    ['die Vögel', ['Vogel']],
    ['Äpfel und Gitarren', ['Apfel', 'Gitarre']],
    ['Schmeterling', ['Schmetterling']],
    ['dog', ['dog']],
  ])('are understood: %j as %j', async (text, expected) => {
    expect(await german(text)).toEqual(expected)
  })

  it('stand for what the English ones stand for', async () => {
    const vocabulary = await opened
    for (const [word, english] of [
      ['Hund', 'dog'],
      ['Musikinstrument', 'musical instrument'],
      ['Elefant', 'elephant'],
    ])
      expect(vocabulary.find(word!, 'de')[0]!.vectors).toEqual(vocabulary.find(english!)[0]!.vectors)
  })

  it('come first only where German is asked for', async () => {
    const vocabulary = await opened
    expect(vocabulary.find('Boot')[0]!.word).toBe('boot')
    expect(vocabulary.find('Boot', 'de')[0]!.word).toBe('Boot')
    expect(vocabulary.complete('hun', 3, 'de').words[0]).toBe('Hund')
    expect(vocabulary.complete('el', 20).words).toContain('elephant')
    expect(() => vocabulary.find('Gerechtigkeit', 'de')).toThrowError(
      expect.objectContaining({ code: 'unknown_word' }),
    )
  })

  it('describe a picture', async () => {
    const vocabulary = await opened
    const { vector } = vocabulary.find('Yorkshire terrier')[0]!.vectors[0]!
    expect(vocabulary.describe(vector)).toContain('dog')
    expect(vocabulary.describe(vector, 'de')).toContain('Hund')
  })
})
