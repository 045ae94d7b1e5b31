import { expect, it } from 'vitest'
import { isShareLimited, type MissingFile, planRemovals, type RemovalFacts } from './removals.ts'

const FACTS: RemovalFacts = {
  acceptsMissing: false,
  maxShare: 0.5,
  known: 1000,
  knownBelow: new Map(),
  isGalleryEmpty: false,
  isOtherDevice: false,
}

function missing(count: number, change: Partial<MissingFile> = {}): MissingFile[] {
  return Array.from({ length: count }, (_, n) => ({
    path: `${change.path ?? 'f'}${n}.png`,
    isImage: true,
    isExcluded: false,
    absentMounts: [],
    replacedMount: undefined,
    ...change,
    ...(change.path === undefined ? {} : { path: `${change.path}${n}.png` }),
  }))
}

/** Counts removed files, and kept ones by reason. */
function decide(files: MissingFile[], facts: Partial<RemovalFacts> = {}) {
  const { forget, keep } = planRemovals(files, { ...FACTS, ...facts })
  const kept = Object.fromEntries(keep.map(({ because, paths }) => [because, paths.length]))
  expect([...forget, ...keep.flatMap(({ paths }) => paths)].sort()).toEqual(
    files.map(({ path }) => path).sort(),
  )
  return { forget: forget.length, ...kept }
}

const onAbsent = { path: 'mount/', absentMounts: ['mount'] }
const onReplaced = { path: 'mount/', replacedMount: 'mount' }
const below = (count: number) => ({ knownBelow: new Map([['mount', count]]) })

it.each<[string, MissingFile[], Partial<RemovalFacts>, object]>([
  ['nothing', [], {}, { forget: 0 }],
  ['a few of many', missing(3), {}, { forget: 3 }],
  ['100 of 110', missing(100), { known: 110 }, { forget: 100 }],
  ['101 of 110', missing(101), { known: 110 }, { forget: 0, 'too many at once': 101 }],
  ['101 of 202', missing(101), { known: 202 }, { forget: 101 }],
  ['101 of 201', missing(101), { known: 201 }, { forget: 0, 'too many at once': 101 }],
  ['101 of 110, confirmed', missing(101), { known: 110, acceptsMissing: true }, { forget: 101 }],
  ['one, where nothing is left', missing(1), { isGalleryEmpty: true }, { forget: 0, 'gallery empty': 1 }],
  ['all, confirmed', missing(5), { isGalleryEmpty: true, acceptsMissing: true }, { forget: 5 }],
  ['few of many on another drive', missing(3), { isOtherDevice: true }, { forget: 3 }],
  [
    'most of few on another drive',
    missing(3),
    { isOtherDevice: true, known: 5 },
    { forget: 0, 'gallery replaced': 3 },
  ],
  ['files on an absent mount', missing(2, onAbsent), {}, { forget: 0, 'mount absent': 2 }],
  ['failed files on an absent mount', missing(2, { ...onAbsent, isImage: false }), {}, { forget: 2 }],
  ['files on an absent mount, confirmed', missing(2, onAbsent), { acceptsMissing: true }, { forget: 2 }],
  ['a few on a replaced mount', missing(5, onReplaced), below(10), { forget: 5 }],
  ['most on a replaced mount', missing(6, onReplaced), below(10), { forget: 0, 'mount replaced': 6 }],
  [
    'most on a replaced mount, confirmed',
    missing(6, onReplaced),
    { ...below(10), acceptsMissing: true },
    { forget: 6 },
  ],
  [
    'failed files on a replaced mount',
    missing(6, { ...onReplaced, isImage: false }),
    below(10),
    { forget: 6 },
  ],
  [
    'an absent mount behind a replaced one',
    missing(2, { ...onReplaced, ...onAbsent }),
    below(2),
    { forget: 0, 'mount absent': 2 },
  ],
  [
    'a few of a replaced mount that make too many with others',
    [...missing(50, onReplaced), ...missing(51)],
    { ...below(100), known: 110 },
    { forget: 0, 'too many at once': 101 },
  ],
  [
    'files that the configuration excludes',
    missing(500, { isExcluded: true }),
    { known: 500 },
    { forget: 500 },
  ],
  [
    'excluded files, which do not count as known',
    [...missing(100, { path: 'x', isExcluded: true }), ...missing(101)],
    { known: 300 },
    { forget: 100, 'too many at once': 101 },
  ],
  [
    'excluded files, where nothing is left',
    [...missing(2, { path: 'x', isExcluded: true }), ...missing(1)],
    { isGalleryEmpty: true },
    { forget: 2, 'gallery empty': 1 },
  ],
  ['an excluded file on an absent mount', missing(1, { ...onAbsent, isExcluded: true }), {}, { forget: 1 }],
  [
    'files on an absent mount and others',
    [...missing(2, onAbsent), ...missing(3)],
    {},
    { forget: 3, 'mount absent': 2 },
  ],
])('%s', (_, files, facts, expected) => {
  expect(decide(files, facts)).toEqual(expected)
})

it('names the mounts for which files are kept', () => {
  const files = [...missing(1, { path: 'a', absentMounts: ['a', 'b'] }), ...missing(9, onReplaced)]
  const { keep } = planRemovals(files, { ...FACTS, ...below(10) })
  expect(keep.map(({ because, mounts }) => [because, mounts])).toEqual([
    ['mount absent', ['a', 'b']],
    ['mount replaced', ['mount']],
  ])
})

it.each([
  [100, false, false, false],
  [101, false, false, true],
  [1, true, false, true],
  [1, false, true, true],
])('counts rows only where their share matters: %s gone', (gone, isGalleryEmpty, isOtherDevice, expected) => {
  expect(isShareLimited(gone, { isGalleryEmpty, isOtherDevice })).toBe(expected)
})
