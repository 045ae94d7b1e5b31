import { expect, it } from 'vitest'
import type { KnownFile } from '../../catalog/catalog.ts'
import type { FileStat } from '../../gallery/stat-file.ts'
import { knownFile } from '../../testing/known-file.ts'
import { filesToHash, type PossibleMove, planMoves, planMovesByContent } from './moves.ts'

const row = knownFile

function file(path: string, change: Partial<FileStat> = {}): FileStat {
  return { path, bytes: 10, modifiedAt: 20, changedAt: 25, createdAt: 20, inode: 30n, ...change }
}

const describeMoves = (moves: Iterable<PossibleMove>) =>
  [...moves].map(({ from, to }) => `${from.path} > ${to.map(({ path }) => path).join(' ')}`)

it.each<[string, FileStat[], KnownFile[], string[]]>([
  ['the same inode, size and time', [file('b')], [row('a')], ['a > b']],
  ['another inode', [file('b', { inode: 31n })], [row('a')], []],
  ['another size', [file('b', { bytes: 11 })], [row('a')], []],
  ['another time', [file('b', { modifiedAt: 21 })], [row('a')], []],
  ['a row that failed', [file('b')], [row('a', { state: 'failed' })], []],
  ['a row without a vector', [file('b')], [row('a', { state: 'without_vector' })], ['a > b']],
  ['no new files', [], [row('a')], []],
  ['no rows', [file('b')], [], []],
  ['hard links at several new paths', [file('b'), file('c')], [row('a')], ['a > b c']],
  ['hard links at several old paths', [file('c')], [row('a'), row('b')], ['a > c', 'b > c']],
  [
    'a row of the folder that the file is in now, first',
    [file('d/new')],
    [row('e/1'), row('d/2')],
    ['d/2 > d/new', 'e/1 > d/new'],
  ],
  [
    'several files',
    [file('x', { inode: 1n }), file('y', { inode: 2n })],
    [row('a', { inode: '2' }), row('b', { inode: '1' })],
    ['a > y', 'b > x'],
  ],
  [
    'inodes above 2^53',
    [file('b', { inode: 9007199254740993n })],
    [row('a', { inode: '9007199254740992' })],
    [],
  ],
])('matches by identity: %s', (_, newFiles, rows, expected) => {
  expect(describeMoves(planMoves(newFiles, rows))).toEqual(expected)
})

const always = () => true
const hashed = (path: string, hash: string) => ({ file: file(path, { inode: 99n, modifiedAt: 1 }), hash })

it.each<[string, KnownFile[], { file: FileStat; hash: string }[], string[]]>([
  ['equal bytes', [row('a')], [hashed('b', 'h')], ['a > b']],
  ['other bytes', [row('a')], [hashed('b', 'g')], []],
  ['a row without a hash', [row('a', { contentHash: undefined })], [hashed('b', 'h')], []],
  ['a row that failed', [row('a', { state: 'failed' })], [hashed('b', 'h')], []],
  [
    'the copy with the old name first',
    [row('d/a')],
    [hashed('x/b', 'h'), hashed('x/a', 'h')],
    ['d/a > x/a x/b'],
  ],
  [
    'several copies of several files, by size',
    [row('a'), row('big', { bytes: 99, contentHash: 'g' }), row('b')],
    [hashed('x', 'h'), hashed('y', 'g'), hashed('z', 'h')],
    ['a > x z', 'b > x z', 'big > y'],
  ],
])('matches by content: %s', (_, missing, newFiles, expected) => {
  expect(describeMoves(planMovesByContent(missing, newFiles, always))).toEqual(expected)
})

it('does not make a copy the original of an older file', () => {
  const newFiles = [hashed('old', 'h'), hashed('new', 'h')]
  const canBecome = (_: KnownFile, { path }: FileStat) => path === 'new'
  expect(describeMoves(planMovesByContent([row('a')], newFiles, canBecome))).toEqual(['a > new'])
  expect(describeMoves(planMovesByContent([row('a')], newFiles, () => false))).toEqual([])
})

it('reads only new files as large as a missing one', () => {
  const missing = [row('a', { bytes: 1 }), row('b', { bytes: 2, contentHash: undefined })]
  const newFiles = [file('x', { bytes: 1 }), file('y', { bytes: 2 }), file('z', { bytes: 3 })]
  expect(filesToHash(missing, newFiles).map(({ path }) => path)).toEqual(['x'])
})
