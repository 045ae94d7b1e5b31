import { describe, expect, it } from 'vitest'
import {
  formatTerms,
  MAX_TERMS,
  mergeTerms,
  parseTerms,
  type QueryTerm,
  toggleTerm,
  withOtherWord,
} from './query-terms.ts'

const IMAGE: QueryTerm = { kind: 'image', id: '0b7c9e2a-1111-4222-8333-444455556666', isWanted: true }
const SKETCH: QueryTerm = { kind: 'sketch', id: '0123456789abcdef01234567', isWanted: true }
const PART: QueryTerm = { ...IMAGE, region: [0.1, 0.25, 0.5, 1] }

describe('examples in the address', () => {
  it('are read unchanged', () => {
    const terms: QueryTerm[] = [
      SKETCH,
      { ...IMAGE, isWanted: false, influence: 4 },
      { ...PART, influence: 0 },
    ]
    expect(parseTerms(formatTerms(terms))).toEqual(terms)
    expect(formatTerms([])).toBeUndefined()
  })

  it('that are invalid are ignored', () => {
    expect(parseTerms('x,i,zabc,i../../etc,s!@1_2_3_4,')).toEqual([])
    expect(parseTerms(undefined)).toEqual([])
    expect(parseTerms('iabc@2_0_1_1')).toEqual([{ kind: 'image', id: 'abc', isWanted: true }])
  })
})

describe('colours in the address', () => {
  it('are those of the drawing', () => {
    const terms: QueryTerm[] = [SKETCH, { kind: 'colours', id: 'sketch', isWanted: true, influence: 1 }]
    expect(parseTerms(formatTerms(terms))).toEqual(terms)
    expect(parseTerms('cother,c')).toEqual([])
  })
})

describe('words in the address', () => {
  it('are read unchanged, with any characters', () => {
    for (const id of ['evening light', 'a,b~c@d!', '100 % “Äpfel” (*)', "it's"]) {
      const terms: QueryTerm[] = [{ kind: 'words', id, isWanted: false, influence: 3 }, IMAGE]
      expect(parseTerms(formatTerms(terms))).toEqual(terms)
    }
    expect(parseTerms('w%E0%A4%A,wok')).toEqual([{ kind: 'words', id: 'ok', isWanted: true }])
  })
})

describe('a part of a picture', () => {
  it('that ends with the picture ends with it in the address, too', () => {
    for (let start = 0; start < 1; start += 1 / 1200) {
      const part: QueryTerm = { ...IMAGE, region: [start, start, 1 - start, 1 - start] }
      const [x, y, width, height] = parseTerms(formatTerms([part]))[0]!.region!
      expect(x + width).toBeCloseTo(1, 9)
      expect(y + height).toBeCloseTo(1, 9)
    }
  })
})

describe('mergeTerms', () => {
  const many = (count: number): QueryTerm[] =>
    Array.from({ length: count }, (_, n) => ({ kind: 'image', id: `${n}`, isWanted: true }))

  it('adds several and changes the sign of existing ones', () => {
    const unwanted = { ...IMAGE, isWanted: false }
    expect(mergeTerms([SKETCH, unwanted], [IMAGE, PART])).toEqual([SKETCH, IMAGE, PART])
    expect(mergeTerms([IMAGE], [IMAGE])).toEqual([IMAGE])
  })

  it('refuses more than a search may have', () => {
    expect(mergeTerms([], many(MAX_TERMS))).toHaveLength(MAX_TERMS)
    expect(mergeTerms([IMAGE], many(MAX_TERMS))).toBeUndefined()
    expect(mergeTerms([], many(10_000))).toBeUndefined()
  })
})

describe('toggleTerm', () => {
  it('adds, changes the sign and removes', () => {
    const unwanted = { ...IMAGE, isWanted: false }
    expect(toggleTerm([SKETCH], IMAGE)).toEqual([SKETCH, IMAGE])
    expect(toggleTerm([SKETCH, IMAGE], unwanted)).toEqual([SKETCH, unwanted])
    expect(toggleTerm([SKETCH, IMAGE], IMAGE)).toEqual([SKETCH])
    expect(toggleTerm([IMAGE], PART)).toEqual([IMAGE, PART])
  })
})

describe('withOtherWord', () => {
  const dog: QueryTerm = { kind: 'words', id: 'dog', isWanted: true }
  const dgo: QueryTerm = { kind: 'words', id: 'dgo on grass', isWanted: false, influence: 4 }
  const rejected = { text: dgo.id, start: 0, end: 3 }

  it('changes the unknown word of a phrase, and keeps the rest and the influence', () => {
    expect(withOtherWord([dgo, dog, IMAGE], rejected, 'cat')).toEqual([
      { ...dgo, id: 'cat on grass' },
      dog,
      IMAGE,
    ])
  })

  it('merges words that become equal', () => {
    const other: QueryTerm = { kind: 'words', id: 'cow on grass', isWanted: true }
    expect(withOtherWord([other, dgo], rejected, 'cow')).toEqual([{ ...dgo, id: 'cow on grass' }])
  })

  it('changes nothing without these words', () => {
    expect(withOtherWord([dog, IMAGE], rejected, 'cat')).toEqual([dog, IMAGE])
  })
})
