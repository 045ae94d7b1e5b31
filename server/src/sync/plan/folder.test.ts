import { describe, expect, it } from 'vitest'
import type { KnownFile } from '../../catalog/catalog.ts'
import type { FileStat } from '../../gallery/stat-file.ts'
import { knownFile } from '../../testing/known-file.ts'
import { type FileAction, type FolderEntries, isOutdated, planFolder } from './folder.ts'

const PATH = 'd/a.png'
const STABLE = { isInodeStable: () => true }
const UNSTABLE = { isInodeStable: () => false }
const NOTHING: FolderEntries = { files: [], unreadable: [], unknown: [] }

const row = (change: Partial<KnownFile> = {}) => knownFile(PATH, change)

function file(change: Partial<FileStat> = {}): FileStat {
  return { path: PATH, bytes: 10, modifiedAt: 20, changedAt: 25, createdAt: 20, inode: 30n, ...change }
}

/** Returns the actions as short text, such as "index d/a.png changed". */
function describeActions(actions: readonly FileAction[]): string[] {
  return actions.map((action) => {
    if (action.do === 'index') return `index ${action.file.path} ${action.because}`
    if (action.do === 'mark missing') return `mark missing ${action.row.path}`
    if (action.do === 'mark present') return `mark present ${action.path}${action.isFile ? ' file' : ''}`
    return `${action.do} ${action.file.path}`
  })
}

const failed = (failureCode: string) => row({ state: 'failed', failureCode })
const PRESENT = `mark present ${PATH} file`

describe('a file in a folder', () => {
  it.each<[string, KnownFile[], FileStat, boolean, string[]]>([
    ['new', [], file(), true, [PRESENT, `find origin ${PATH}`]],
    ['unchanged', [row()], file(), true, [PRESENT]],
    ['of another size', [row()], file({ bytes: 11 }), true, [PRESENT, `index ${PATH} changed`]],
    ['of another time', [row()], file({ modifiedAt: 21 }), true, [PRESENT, `index ${PATH} changed`]],
    ['of an earlier time', [row()], file({ modifiedAt: 19 }), true, [PRESENT, `index ${PATH} changed`]],
    ['of another time of creation', [row()], file({ createdAt: 1 }), true, [PRESENT]],
    [
      'written to with its modification time set back',
      [row()],
      file({ changedAt: 26 }),
      true,
      [PRESENT, `index ${PATH} changed`],
    ],
    ['of another change time where times are not kept', [row()], file({ changedAt: 26 }), false, [PRESENT]],
    [
      'whose row has no change time yet',
      [row({ changedAt: undefined })],
      file(),
      true,
      [PRESENT, `store change time ${PATH}`],
    ],
    ['with another inode', [row()], file({ inode: 31n }), true, [PRESENT, `index ${PATH} changed`]],
    ['with another inode where they are not kept', [row()], file({ inode: 31n }), false, [PRESENT]],
    [
      'of another size where inodes are not kept',
      [row()],
      file({ bytes: 11 }),
      false,
      [PRESENT, `index ${PATH} changed`],
    ],
    [
      'with an inode above 2^53',
      [row({ inode: '9007199254740993' })],
      file({ inode: 9007199254740993n }),
      true,
      [PRESENT],
    ],
    [
      'without a vector',
      [row({ state: 'without_vector' })],
      file(),
      true,
      [PRESENT, `index ${PATH} unembedded`],
    ],
    [
      'without a vector and changed',
      [row({ state: 'without_vector' })],
      file({ bytes: 1 }),
      true,
      [PRESENT, `index ${PATH} changed`],
    ],
    ['that failed and is unchanged', [failed('image_unreadable')], file(), true, [PRESENT]],
    ['whose sidecar is the same', [row({ sidecar: '1' })], file({ sidecar: '1' }), true, [PRESENT]],
    ['whose sidecar came', [row()], file({ sidecar: '1' }), true, [PRESENT, `index ${PATH} sidecar`]],
    [
      'whose sidecar changed',
      [row({ sidecar: '1' })],
      file({ sidecar: '2' }),
      true,
      [PRESENT, `index ${PATH} sidecar`],
    ],
    [
      'whose sidecar is gone',
      [row({ sidecar: '1' })],
      file({ sidecar: null }),
      true,
      [PRESENT, `index ${PATH} sidecar`],
    ],
    ['whose sidecar was not looked for', [row({ sidecar: '1' })], file(), true, [PRESENT]],
    [
      'that failed and was changed',
      [failed('image_unreadable')],
      file({ bytes: 1 }),
      true,
      [PRESENT, `index ${PATH} changed`],
    ],
    [
      'that could not be opened',
      [failed('permission_denied')],
      file(),
      true,
      [PRESENT, `index if readable ${PATH}`],
    ],
    [
      'that could not be opened and was changed',
      [failed('permission_denied')],
      file({ bytes: 1 }),
      true,
      [PRESENT, `index ${PATH} changed`],
    ],
  ])('%s', (_, known, found, isStable, expected) => {
    const actions = planFolder(known, { ...NOTHING, files: [found] }, isStable ? STABLE : UNSTABLE)
    expect(describeActions(actions)).toEqual(expected)
  })
})

describe('an unreadable entry', () => {
  it.each<[string, KnownFile[], FileStat, string[]]>([
    ['at a new path', [], file(), [`record failure ${PATH}`, `mark present ${PATH}`]],
    ['that is recorded already', [failed('image_unreadable')], file(), [`mark present ${PATH}`]],
    [
      'that changed since it was recorded',
      [failed('image_unreadable')],
      file({ inode: 31n }),
      [`record failure ${PATH}`, `mark present ${PATH}`],
    ],
    ['in place of an image', [row()], file(), [`await removal ${PATH}`, `mark missing ${PATH}`]],
    [
      'in place of an image without a vector',
      [row({ state: 'without_vector' })],
      file(),
      [`await removal ${PATH}`, `mark missing ${PATH}`],
    ],
  ])('%s', (_, known, stat, expected) => {
    const unreadable = [{ stat, reason: 'it is a named pipe, not a file' }]
    const actions = planFolder(known, { ...NOTHING, unreadable }, STABLE)
    expect(describeActions(actions)).toEqual(expected)
    for (const action of actions)
      if ('reason' in action) expect(action.reason).toBe('it is a named pipe, not a file')
  })
})

describe('a whole folder', () => {
  it('keeps rows of files that could not be examined', () => {
    const found = { ...NOTHING, unknown: [{ path: PATH, error: new Error('EIO') }] }
    expect(describeActions(planFolder([row()], found, STABLE))).toEqual([`mark present ${PATH}`])
  })

  it.each(['indexed', 'without_vector', 'failed'] as const)(
    'reports a file with state %s as missing',
    (state) => {
      expect(describeActions(planFolder([row({ state })], NOTHING, STABLE))).toEqual([`mark missing ${PATH}`])
    },
  )

  it('needs no action without rows and files', () => {
    expect(planFolder([], NOTHING, STABLE)).toEqual([])
  })

  it('records and marks before anything is indexed', () => {
    const known = [row(), row({ path: 'd/gone.png' }), row({ path: 'd/pipe.png' })]
    const found: FolderEntries = {
      files: [file({ bytes: 1 }), file({ path: 'd/new.png' })],
      unreadable: [{ stat: file({ path: 'd/pipe.png' }), reason: 'r' }],
      unknown: [],
    }
    expect(describeActions(planFolder(known, found, STABLE))).toEqual([
      'await removal d/pipe.png',
      PRESENT,
      'mark present d/new.png file',
      'mark missing d/gone.png',
      'mark missing d/pipe.png',
      `index ${PATH} changed`,
      'find origin d/new.png',
    ])
  })

  it('checks for each path whether inodes are stable', () => {
    const known = [row(), row({ path: 'd/b.png' })]
    const files = [file({ inode: 1n }), file({ path: 'd/b.png', inode: 1n })]
    const actions = planFolder(known, { ...NOTHING, files }, { isInodeStable: (path) => path === 'd/b.png' })
    expect(describeActions(actions).filter((text) => text.startsWith('index'))).toEqual([
      'index d/b.png changed',
    ])
  })
})

it.each<[string, Partial<KnownFile>, boolean]>([
  ['the same file', {}, false],
  ['one without a vector', { state: 'without_vector' }, true],
  ['one of another size', { bytes: 1 }, true],
  ['one with another inode', { inode: '1' }, true],
])('a row of %s is outdated or not', (_, change, expected) => {
  expect(isOutdated(row(change), file(), STABLE)).toBe(expected)
})
