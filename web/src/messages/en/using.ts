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
  options: (name: string) => `Options of ${name}`,
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

export const compare = {
  action: 'Compare',
  title: (count: number) => plural(count, { one: 'Compare # picture', other: 'Compare # pictures' }),
  limits: 'Compare takes 2 to 4 pictures.',
  together: 'Zoom together',
  differences: 'Only differences',
  keep: 'Keep',
  keeping: 'Keeping',
  best: 'Best',
  below: (points: number) =>
    plural(points, { one: '# point below the best', other: '# points below the best' }),
  shown: 'Picture in view',
  facts: {
    dimensions: 'Dimensions',
    bytes: 'File size',
    format: 'Format',
    date: 'Date',
    folder: 'Folder',
    camera: 'Camera',
    score: 'Score',
  },
}

export const exporting = {
  title: 'Export',
  all: (count: number) => plural(count, { one: 'Export the picture', other: 'Export all #' }),
  failed: 'The export failed. Try again, or look into the log of the server.',
  flat: 'Originals, without folders',
  formats: {
    zip: 'Originals',
    'zip-small': 'Smaller copies',
    pdf: 'Contact sheet',
    csv: 'List of files',
    html: 'Web page',
    json: 'List for programs',
    paths: 'List of paths',
    xmp: 'XMP sidecars',
  },
  details: {
    zip: 'ZIP',
    'zip-small': 'ZIP, 2048 px',
    pdf: 'PDF, A4',
    csv: 'CSV',
    html: 'HTML',
    json: 'JSON',
    paths: 'TXT',
    xmp: 'ZIP',
  },
}
