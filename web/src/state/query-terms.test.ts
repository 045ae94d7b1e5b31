import { describe, expect, it } from 'vitest'
import {
  addExamples,
  type Example,
  formatExamples,
  MOST_EXAMPLES,
  parseExamples,
  toggleExample,
} from './query-terms.ts'

const IMAGE: Example = { kind: 'image', id: '0b7c9e2a-1111-4222-8333-444455556666', isWanted: true }
const SKETCH: Example = { kind: 'sketch', id: '0123456789abcdef01234567', isWanted: true }
const PART: Example = { ...IMAGE, region: [0.1, 0.25, 0.5, 1] }

describe('examples in the address', () => {
  it('are read as they were written', () => {
    const examples = [SKETCH, { ...IMAGE, isWanted: false }, PART]
    expect(parseExamples(formatExamples(examples))).toEqual(examples)
    expect(formatExamples([])).toBeUndefined()
  })

  it('that make no sense are left out', () => {
    expect(parseExamples('x,i,zabc,i../../etc,s!@1_2_3_4,')).toEqual([])
    expect(parseExamples(undefined)).toEqual([])
    expect(parseExamples('iabc@2_0_1_1')).toEqual([{ kind: 'image', id: 'abc', isWanted: true }])
  })
})

describe('a part of a picture', () => {
  it('that ends with the picture ends with it in the address, too', () => {
    for (let start = 0; start < 1; start += 1 / 1200) {
      const part: Example = { ...IMAGE, region: [start, start, 1 - start, 1 - start] }
      const [x, y, width, height] = parseExamples(formatExamples([part]))[0]!.region!
      expect(x + width).toBeCloseTo(1, 9)
      expect(y + height).toBeCloseTo(1, 9)
    }
  })
})

describe('addExamples', () => {
  const many = (count: number): Example[] =>
    Array.from({ length: count }, (_, n) => ({ kind: 'image', id: `${n}`, isWanted: true }))

  it('adds several and turns those that are there', () => {
    const unwanted = { ...IMAGE, isWanted: false }
    expect(addExamples([SKETCH, unwanted], [IMAGE, PART])).toEqual([SKETCH, IMAGE, PART])
    expect(addExamples([IMAGE], [IMAGE])).toEqual([IMAGE])
  })

  it('refuses more than a search may have', () => {
    expect(addExamples([], many(MOST_EXAMPLES))).toHaveLength(MOST_EXAMPLES)
    expect(addExamples([IMAGE], many(MOST_EXAMPLES))).toBeUndefined()
    expect(addExamples([], many(10_000))).toBeUndefined()
  })
})

describe('toggleExample', () => {
  it('adds, turns and takes away', () => {
    const unwanted = { ...IMAGE, isWanted: false }
    expect(toggleExample([SKETCH], IMAGE)).toEqual([SKETCH, IMAGE])
    expect(toggleExample([SKETCH, IMAGE], unwanted)).toEqual([SKETCH, unwanted])
    expect(toggleExample([SKETCH, IMAGE], IMAGE)).toEqual([SKETCH])
    expect(toggleExample([IMAGE], PART)).toEqual([IMAGE, PART])
  })
})
