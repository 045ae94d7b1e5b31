import { number, plural } from '../format.ts'

/** Why there are no pictures. */
export const nothing = {
  nothingClose: (isDrawn: boolean) =>
    isDrawn ? 'Add a line or two, or show more distant matches.' : 'Show more distant matches.',
  emptyTitle: 'Your gallery is empty',
  empty: 'Add files here, or put them into the watched folder. They appear automatically.',
  filteredTitle: 'No pictures match these filters',
  filtered: (filters: number, all: number) =>
    filters === 1
      ? plural(all, { one: '1 filter hides the only picture.', other: '1 filter hides all # pictures.' })
      : plural(all, {
          one: `${number(filters)} filters hide the only picture.`,
          other: `${number(filters)} filters hide all # pictures.`,
        }),
  collectionTitle: 'Nothing in this collection yet',
  collection: 'Pictures that you add to it appear here.',
  savedSearchTitle: 'This saved search finds no pictures',
  savedSearch: 'Pictures that match it appear here automatically.',
  recentTitle: 'Nothing was added recently',
  recent: 'Files that are added to the gallery appear here.',
  onlyNegativeTitle: 'Add something to look for',
  onlyNegative: 'The search only excludes pictures. Add a sketch, a picture or words.',
}
