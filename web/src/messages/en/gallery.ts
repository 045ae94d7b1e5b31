import { number, percent, plural } from '../format.ts'

export const gallery = {
  pictures: (count: number) => plural(count, { one: '# picture', other: '# pictures' }),
  of: (part: number, all: number) =>
    `${number(part)} of ${plural(all, { one: '# picture', other: '# pictures' })}`,
  matches: (count: number) => plural(count, { one: '# match', other: '# matches' }),
  closeMatches: 'Close matches',
  furtherAway: 'Further away',
  closeCount: (count: number) => plural(count, { one: '# close match', other: '# close matches' }),
  showFurther: 'Show further matches',
  hideFurther: 'Hide further matches',
  showNew: 'Show new matches',
  changed: 'The folder has changed.',
  showChanges: 'Show changes',
  searching: 'Searching',
  nothingClose: (isDrawn: boolean) => (isDrawn ? 'Nothing close yet' : 'No close matches'),
  clearFilters: 'Clear filters',
  stale: 'This list may be out of date.',
  /** The name of a tile for a screen reader. */
  tile: (name: string, date: string, score: number | undefined, files: number | undefined) =>
    [
      name,
      date,
      score === undefined ? '' : `${percent(score)} similar`,
      files === undefined ? '' : plural(files, { one: '# file', other: '# files' }),
    ]
      .filter((text) => text !== '')
      .join(', '),
  showFiles: (count: number) => plural(count, { one: 'Show the file', other: 'Show all # files' }),
  filesApart: 'Files of one picture',
  select: (name: string) => `Select ${name}`,
  moreLike: (name: string) => `More like ${name}`,
  lessLike: (name: string) => `Less like ${name}`,
  findSimilarTo: (name: string) => `Find similar to ${name}`,
  findSimilar: 'Find similar',
  open: 'Open',
  selectMenu: 'Select',
  deselectMenu: 'Deselect',
  reveal: 'Open in file manager',
  showInFolder: 'Show in folder',
  grid: 'Pictures',
  size: 'Thumbnail size',
  sort: 'Sort by',
  sorts: {
    best: 'Best match',
    newest: 'Newest first',
    oldest: 'Oldest first',
    name: 'Name A–Z',
    'name-down': 'Name Z–A',
  },
  listOptions: 'List options',
  filters: 'Filters',
  moreFilters: 'More filters',
  allFolders: 'All folders',
  anyDate: 'Any date',
  anyType: 'Any type',
  text: 'Name, title, caption or keyword contains',
  camera: 'Camera',
  rating: 'Rating',
  stars: (count: number) => (count === 0 ? 'Any' : `${'★'.repeat(count)}${count < 5 ? ' +' : ''}`),
  fold: 'One tile for',
  folds: { none: 'Each file', shots: 'Each shot', bursts: 'Each burst' },
  nearHint: 'To see pictures from one place, open one and choose “Near this place”.',
  near: (place: string) => `Near ${place}`,
  anywhere: 'Anywhere',
  distance: 'Distance',
  kilometres: (count: number) => `${number(count)} km`,
  furtherFilters: (count: number) => plural(count, { one: '# filter', other: '# filters' }),
  type: 'Type',
  name: 'Name contains',
  from: 'From',
  to: 'To',
  lastDays: (days: number) => plural(days, { one: 'Last day', other: 'Last # days' }),
  clearOne: (name: string) => `Clear ${name}`,
  withSubfolders: 'Include subfolders',
  library: 'Library',
  folders: 'Folders',
  allPictures: 'All pictures',
  recent: 'Recently added',
  duplicates: 'Duplicates',
  trash: 'Trash',
  users: 'Users',
  expand: (name: string) => `Show folders in ${name}`,
  timeline: 'Timeline',
}

export const selection = {
  bar: 'Selected pictures',
  count: (count: number) => plural(count, { one: '# selected', other: '# selected' }),
  clear: 'Clear selection',
  more: 'More like these',
  less: 'Less like these',
  all: (count: number) => `Select all ${number(count)}`,
  start: 'Select pictures',
  trash: 'Move to trash',
  tooMany: (most: number) =>
    plural(most, { one: '# picture can be selected.', other: 'At most # pictures can be selected at once.' }),
  failed: 'Some pictures could not be loaded, so nothing was selected.',
  compareLimits: 'Select 2 to 4 pictures to compare.',
}

export const trash = {
  moved: (count: number) =>
    plural(count, { one: '# picture moved to trash', other: '# pictures moved to trash' }),
  undo: 'Undo',
  /** Without a trash. */
  deleted: (count: number) => plural(count, { one: '# picture deleted', other: '# pictures deleted' }),
  deleteQuestion: (count: number) =>
    plural(count, {
      one: 'Delete this picture from the disk? This cannot be undone.',
      other: 'Delete # pictures from the disk? This cannot be undone.',
    }),
  undoFailed: 'Some pictures could not be restored.',
  failed: (name: string, reason: string) => `${name} was not moved to the trash. ${reason}`,
  signedOut: 'Your session had expired.',
  notMoved: (count: number) =>
    plural(count, {
      one: 'Your session has expired: # picture was not moved to the trash.',
      other: 'Your session has expired: # pictures were not moved to the trash.',
    }),
  nothingDeleted: (reason: string) => `Nothing was deleted. ${reason}`,
  further: (count: number) => `and ${number(count)} more`,
}
