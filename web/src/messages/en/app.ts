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
  partMissing: 'This part of the page could not be loaded. The server is away, or it was updated.',
  reload: 'Reload',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  language: 'Language',
  languages: { system: 'System', en: 'English', de: 'Deutsch' },
  apiKeys: 'API keys',
  signOut: 'Sign out',
  filesOfFolder: 'Files of the folder',
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
  title: 'Help and shortcuts',
  tab: 'Keyboard shortcuts',
  single: 'Single-key shortcuts',
  singleHint: 'Switch them off if you dictate text or press keys by accident.',
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
  problemTitle: 'The photo folder can’t be read',
  absenceTitle: (missing: number, known: number) => {
    if (missing >= known) return 'All pictures are missing'
    return plural(missing, { one: 'A picture is missing', other: 'Some pictures are missing' })
  },
  absence: (missing: number) =>
    plural(missing, {
      one: '# picture is gone. Perhaps a drive is not connected. Nothing was removed from the index.',
      other:
        '# pictures are gone at once. Perhaps a drive is not connected. Nothing was removed from the index.',
    }),
  checkAgain: 'Check again',
  acceptMissing: 'They are gone for good',
  problem: 'Perhaps a drive is not connected. Nothing was removed from the index.',
  polling: 'This folder can’t be watched, so changes appear after a while.',
  why: 'Why?',
  understood: 'Got it',
  readOnly: 'The gallery is read-only: pictures can’t be added or deleted here.',
  readOnlyFolders: (names: readonly string[]) =>
    `Pictures can’t be added or deleted in these folders, which are read-only: ${names.join(', ')}.`,
  offlineTitle: 'No connection to the server',
  offline: (seconds: number) => `Trying again in ${number(seconds)} s. Your sketch is safe.`,
  offlineNow: 'Trying again. Your sketch is safe.',
  tryNow: 'Try now',
  storageTitle: 'New pictures can’t be stored',
  storage: {
    disk_full:
      'The disk of the server is full. Searching still works; new pictures are read when there is space again.',
    data_directory_read_only:
      'The data directory of the server is read-only. New pictures are read when this is solved.',
    data_directory_missing:
      'The data directory of the server is missing. New pictures are read when it is back.',
    data_directory_unreachable:
      'The data directory of the server does not respond. New pictures are read when it does.',
    thumbnails_unreachable: 'The server can’t write thumbnails. New pictures are read when it can.',
    catalog_damaged:
      'The catalog of the server is damaged. Its log describes how to build a new one from the gallery.',
  },
}
