import { number, plural } from '../format.ts'

export const app = {
  title: 'Sketch-Search',
  skip: 'Go to results',
  showFolders: 'Show folders',
  hideFolders: 'Hide folders',
  addFiles: 'Add files',
  settings: 'Settings',
  close: 'Close',
  cancel: 'Cancel',
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
  partMissing:
    'This part of the page could not be loaded. The server can’t be reached, or it has been updated.',
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
  undo: 'Ctrl Z',
  redo: 'Ctrl Shift Z',
  duplicate: 'Ctrl D',
  paste: 'Ctrl V',
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
  offlineTitle: 'No connection to the server',
  offline: (seconds: number) => `Trying again in ${number(seconds)} s. Your sketch is safe.`,
  offlineNow: 'Trying again. Your sketch is safe.',
  tryNow: 'Try now',
}
