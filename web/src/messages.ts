/** Every sentence of the page, in one place, ready for translation. */
const number = new Intl.NumberFormat('en')

export const messages = {
  title: 'Sketch-Search',
  sketch: {
    sheet: 'Drawing sheet. Instead of drawing you can give an image below.',
    empty: 'Draw what you are looking for',
    pen: 'Pen',
    eraser: 'Eraser',
    undo: 'Undo',
    redo: 'Redo',
    clear: 'Clear',
    width: 'Pen width',
  },
  query: {
    upload: 'Choose an image',
    uploadHint: 'or paste or drop one here',
    drop: 'Drop the image to find its like',
    remove: 'Clear the search',
    sketch: 'Your sketch',
    picture: 'Your image',
    similar: (name: string) => `Like ${name}`,
    show: 'Show the drawing sheet',
    hide: 'Hide the drawing sheet',
  },
  gallery: {
    images: (count: number) => (count === 1 ? '1 image' : `${number.format(count)} images`),
    results: (count: number) => (count === 1 ? '1 match' : `The ${number.format(count)} most similar`),
    sort: 'Sort by',
    newest: 'Newest first',
    oldest: 'Oldest first',
    nameAscending: 'Name A–Z',
    nameDescending: 'Name Z–A',
    filter: 'Filter by name',
    size: 'Thumbnail size',
    empty: 'This gallery has no images yet.',
    emptyHint: 'Put image files into the watched folder; they appear here by themselves.',
    nothingFound: 'No image passes this filter.',
    searching: 'Searching …',
    failed: 'That did not work.',
    retry: 'Try again',
    similarity: (score: number) => `${Math.round(score * 100)} % alike`,
    open: (name: string) => `Open ${name}`,
  },
  viewer: {
    close: 'Close',
    previous: 'Previous image',
    next: 'Next image',
    findSimilar: 'Find similar',
    original: 'Open original',
    gone: 'This image is no longer in the gallery.',
    size: (width: number, height: number) => `${width} × ${height}`,
    bytes: (bytes: number) =>
      bytes < 1e6 ? `${number.format(Math.ceil(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`,
  },
  status: {
    indexing: (done: number, all: number) => `Indexing ${number.format(done)} of ${number.format(all)}`,
    left: (seconds: number) =>
      seconds < 90 ? `${Math.ceil(seconds)} s left` : `${Math.round(seconds / 60)} min left`,
    rate: (perSecond: number) => `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)} images/s`,
    failures: (count: number) =>
      count === 1 ? '1 file could not be read' : `${number.format(count)} files could not be read`,
    failuresTitle: 'Files that could not be indexed',
    failuresHint: 'They are tried again when they change.',
    failuresMore: (count: number) => `and ${number.format(count)} more`,
    retryFailures: 'Try all again',
    retrying: 'Trying again …',
    embedderChanged: (embedder: string, done: number, all: number) =>
      `The model was changed to “${embedder}”. ${number.format(done)} of ${number.format(all)} images can be searched so far; the others follow by themselves.`,
    notWorking: (embedder: string) =>
      `The model “${embedder}” does not work at present, so searching by sketch or image has to wait. The server keeps trying; its log tells why.`,
    absence: (missing: number, known: number) =>
      `${number.format(missing)} of ${number.format(known)} images are gone from the folder at once. Perhaps a drive is not mounted; the index is kept as it was.`,
    problem:
      'The watched folder can’t be read at present. The index is kept as it was; images open again when the folder is back. The server’s log tells why.',
    polling:
      'The system can’t tell of changes in this folder, so they appear after a while instead of at once.',
    why: 'Why?',
    understood: 'Understood',
    acceptMissing: 'They are gone for good: forget them',
    offline: 'The server can’t be reached; trying again …',
    light: 'Light theme',
    dark: 'Dark theme',
  },
  error: {
    unreachable: 'The server can’t be reached.',
    notAnImage: 'This is not an image file.',
  },
}
