import { number, plural } from '../format.ts'

export const app = {
  title: 'Sketch-Search',
  skip: 'Go to results',
  showFolders: 'Show folders',
  hideFolders: 'Hide folders',
  addFiles: 'Add files',
  more: 'More',
  settings: 'Settings',
  close: 'Close',
  cancel: 'Cancel',
  back: 'Back',
  retry: 'Try again',
  backToGallery: 'Back to gallery',
  queryPane: 'Query pane',
  divider: 'Width of the query pane',
  dividerHeight: 'Height of the query pane',
  openQueryPane: 'Open the sheet',
  loading: 'Loading',
  unreachable: 'The connection to the server was lost.',
  proxyUnreachable: 'A proxy responds, but the server behind it can’t be reached.',
  tooLargeForProxy: 'The file is too large for the proxy in front of the server.',
  foreignAnswer:
    'A proxy responded instead of the server, for example with a sign-in page. Reload this page.',
  failed: 'This did not work.',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  language: 'Language',
  languages: { system: 'System', en: 'English', de: 'Deutsch' },
  alwaysScores: 'Always show scores',
  moreResults: 'Show more results',
  fewerResults: 'Show fewer results',
  gallery: 'Gallery',
  draw: 'Draw',
  search: 'Search',
  results: 'Results',
}

export const shortcuts = {
  enter: 'Enter',
  space: 'Space',
  delete: 'Delete',
  title: 'Keyboard shortcuts',
  single: 'Single-key shortcuts',
  singleHint: 'Switch them off if you dictate text or press keys by accident.',
  groups: [
    {
      name: 'Sheet',
      keys: [
        ['D', 'Go to the sheet'],
        ['P, B, E', 'Pen, Brush, Eraser'],
        ['E E', 'Erase whole strokes'],
        ['V', 'Select'],
        ['C, W', 'Colour, width'],
        ['[ ]', 'Thinner, thicker'],
        ['T, U', 'Tidy, Trace'],
        ['Shift', 'Straight line'],
        ['Ctrl Z', 'Undo'],
        ['Ctrl Shift Z', 'Redo'],
        ['F', 'Full screen'],
        ['/', 'Words'],
        ['F6', 'Next pane'],
        ['\\', 'Library'],
      ],
    },
    {
      name: 'Results and gallery',
      keys: [
        ['← ↑ ↓ →', 'Move'],
        ['Home, End', 'First, last'],
        ['Enter', 'Open'],
        ['Space', 'Select'],
        ['Shift Space', 'Select up to here'],
        ['Ctrl A, Esc', 'Select all, none'],
        ['M, N', 'More like this, less like this'],
        ['S, R', 'Find similar, search a region'],
        ['Delete', 'Move to trash'],
        ['Ctrl V', 'Search with the copied picture'],
        ['G D', 'Go to duplicates'],
      ],
    },
    {
      name: 'Large view',
      keys: [
        ['← →', 'Previous, next'],
        ['1, 0', '1:1, fit'],
        ['+ −', 'Zoom'],
        ['Shift ← ↑ ↓ →', 'Move the picture'],
        ['M, N, S', 'More like this, less like this, find similar'],
        ['R', 'Search a region'],
        ['I', 'Details'],
        ['L', 'Keep zoom and position'],
        ['Esc', 'Close'],
      ],
    },
  ] as { name: string; keys: [string, string][] }[],
}

export const status = {
  indexing: (done: number, all: number) => `Indexing ${number(done)} of ${number(all)}`,
  minutesLeft: (seconds: number) =>
    seconds < 90
      ? `about ${number(Math.ceil(seconds))} s left. You can search already.`
      : `about ${number(Math.round(seconds / 60))} min left. You can search already.`,
  failures: (count: number) =>
    plural(count, { one: '# file could not be read', other: '# files could not be read' }),
  failuresTitle: 'Files that could not be indexed',
  failuresHint: 'A file is read again when it changes.',
  failuresMore: (count: number) => `and ${number(count)} more`,
  retryFailures: 'Try all again',
  embedderChanged: (embedder: string, done: number, all: number) =>
    `The model was changed to “${embedder}”. ${number(done)} of ${number(all)} pictures can be searched so far.`,
  embedderReplaced: (embedder: string, done: number, all: number) =>
    `The model was changed to “${embedder}”, which has read ${number(done)} of ${number(all)} pictures. Until it has read all of them, the former model answers searches.`,
  notWorking: (embedder: string) =>
    `The model “${embedder}” does not work at the moment. You can browse, but not search. The server’s log has the reason.`,
  missingTitle: 'The photo folder is missing',
  absence: (missing: number) =>
    plural(missing, {
      one: '# picture is gone. Perhaps a drive is not connected. Nothing was removed from the index.',
      other:
        '# pictures are gone at once. Perhaps a drive is not connected. Nothing was removed from the index.',
    }),
  checkAgain: 'Check again',
  acceptMissing: 'They are gone for good',
  problem: 'The photo folder can’t be read at the moment. Nothing was removed from the index.',
  polling: 'This folder can’t be watched, so changes appear after a while.',
  why: 'Why?',
  understood: 'Got it',
  offlineTitle: 'No connection to the server',
  offline: (seconds: number) => `Trying again in ${number(seconds)} s. Your sketch is safe.`,
  offlineNow: 'Trying again. Your sketch is safe.',
  tryNow: 'Try now',
}
