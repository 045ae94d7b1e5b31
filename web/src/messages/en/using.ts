import { plural } from '../format.ts'

export const collections = {
  title: 'Collections',
  none: 'No collections yet. Select pictures, then choose “Add to collection”.',
  new: 'New collection',
  name: 'Name',
  taken: 'This name is taken.',
  titles: { add: 'Add to collection', search: 'Save this search', rename: 'Rename collection' },
  actions: { add: 'Create', search: 'Save', rename: 'Rename' },
  saveSearch: 'Save search',
  addTo: 'Add to collection',
  addAll: (count: number) =>
    plural(count, { one: 'Add the picture to a collection', other: 'Add all # to a collection' }),
  tooMany: (most: number) => plural(most, { other: 'At most # pictures can be added at once.' }),
  removeFrom: 'Remove from collection',
  added: (name: string) => `Added to “${name}”`,
  created: (name: string) => `Collection “${name}” created`,
  options: (name: string) => `Options for ${name}`,
  share: 'Share with everyone here',
  unshare: 'Keep to myself',
  delete: 'Delete collection',
  deleted: 'Deleted collection',
  question: (name: string) => `Delete the collection “${name}”?`,
  warning: 'Its pictures stay in the gallery. The collection cannot be restored.',
  star: 'Star',
  unstar: 'Remove star',
  starred: 'Only starred pictures',
}
