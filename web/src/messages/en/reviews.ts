import { finePercent, list, number, percent, plural } from '../format.ts'

export const detailsSheet = {
  more: 'Show more details',
  fewer: 'Show fewer details',
}

export const uploading = {
  choose: 'Add files',
  title: (folder: string) => `Adding to ${folder}`,
  done: 'added',
  waiting: 'waiting',
  tooLargeForProxy: (size: string) =>
    `Uploading stopped: the proxy in front of the server refuses files of ${size}. Its limit can be raised (nginx: client_max_body_size, 1 MB by default).`,
  tooLarge: (name: string, size: string, limit: string) =>
    size === limit
      ? `“${name}” is larger than ${limit}, the largest file that this server accepts (limits.max_upload_bytes).`
      : `“${name}” is ${size}. This server accepts files of up to ${limit} (limits.max_upload_bytes).`,
  retry: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  fold: 'Show fewer',
  unfold: 'Show each file',
  asked: 'needs a decision',
  skipped: 'skipped',
  undecided: (count: number) =>
    plural(count, { one: '# file needs a decision', other: '# files need a decision' }),
  question: (name: string) => `Decide about ${name}`,
  taken: (name: string, folder: string) => `“${folder}” has another file named “${name}”.`,
  known: (name: string, path: string, count: number) =>
    // Names may contain the sign that stands for the count.
    count === 1
      ? `“${name}” is in the gallery already: ${path}`
      : `“${name}” is in the gallery already, ${number(count)} times. One of them: ${path}`,
  inTrash: (name: string) => `“${name}” is in the trash.`,
  isThere: 'It is in this folder already.',
  keepBoth: 'Keep both',
  replace: 'Replace',
  replaceHint: 'Replace moves the picture in the folder to the trash.',
  replaceFinal: 'Replace deletes the file in the folder. This cannot be undone.',
  skip: 'Skip',
  addAnyway: 'Add anyway',
  forAll: (count: number) =>
    plural(count, { one: 'The same for all that follow', other: 'The same for all # and any that follow' }),
  endsWithSession: (count: number) =>
    plural(count, {
      one: '# file has not been added yet. Signing out stops its upload.',
      other: '# files have not been added yet. Signing out stops their upload.',
    }),
  new: 'The file that is being added',
  existing: 'The picture in the gallery',
  summary: ({
    done,
    failed,
    skipped,
    all,
  }: {
    done: number
    failed: number
    skipped: number
    all: number
  }) => {
    if (failed > 0)
      return plural(failed, {
        one: `# of ${number(all)} files could not be added`,
        other: `# of ${number(all)} files could not be added`,
      })
    if (done + skipped < all) return `${number(done)} of ${number(all)} files added`
    const added = plural(done, { one: '# file added', other: '# files added' })
    return skipped === 0 ? added : `${added}, ${number(skipped)} skipped`
  },
}

export const duplicates = {
  title: 'Duplicates',
  groups: (count: number) => plural(count, { one: '# group', other: '# groups' }),
  toFree: (size: string) => `${size} to free`,
  groupOf: (index: number, all: number) => `Group ${number(index)} of ${number(all)}`,
  versions: (count: number) => plural(count, { one: '# version', other: '# versions of one picture' }),
  pictures: (count: number) => plural(count, { one: '# picture', other: '# pictures' }),
  frees: (size: string) => `frees ${size}`,
  suggested: (reasons: string[]) => (reasons.length === 0 ? 'Suggested' : `Suggested: ${list(reasons)}`),
  reasons: { largest: 'the largest', least_compressed: 'the least compressed', oldest: 'the oldest' },
  listing: 'List of groups',
  level: 'Similarity',
  levels: { very_alike: 'Very similar', alike: 'Similar', identical: 'Identical' },
  order: 'Order of groups',
  orders: { space: 'Most space first', images: 'Most pictures first' },
  bestBy: 'Suggest',
  best: { largest: 'The largest', least_compressed: 'The least compressed', oldest: 'The oldest' },
  relations: {
    exact: 'Exact copy',
    developed: 'Developed from the original',
    cropped: 'Cropped or turned copy',
    smaller: 'Smaller copy',
    compressed: 'More compressed',
  },
  compare: 'Compare side by side',
  notDuplicates: 'Not duplicates',
  notShown: 'This group is not shown again.',
  keep: 'Keep',
  keeping: 'Keeping',
  trash: 'Trash',
  apply: (kept: number, moved: number) => `Keep ${number(kept)}, move ${number(moved)} to trash`,
  skip: 'Skip',
  reviewed: 'All duplicates reviewed',
  none: 'No duplicates',
  noneHint: 'Every picture was compared. None look the same.',
  noneYet: 'No duplicates so far',
  compared: (share: number) =>
    `${share < 0.1 ? finePercent(share) : percent(Math.floor(share * 100) / 100)} of the pictures compared`,
  keys: 'keep or trash',
  groupGone: 'This group no longer exists',
  groupGoneHint: 'Its pictures were deleted or changed in the meantime.',
  nextGroup: 'Show the next group',
  nextKey: 'next group',
  list: 'Groups of duplicates',
}

export const compare = {
  action: 'Compare',
  title: (count: number) => plural(count, { one: 'Compare # picture', other: 'Compare # pictures' }),
  together: 'Zoom together',
  differences: 'Only differences',
  keep: 'Keep',
  keeping: 'Keeping',
  best: 'Best',
  bits: (count: number) => `${count} bit`,
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
