import { number, plural } from '../format.ts'

export const viewer = {
  results: 'Results',
  gallery: 'Gallery',
  position: (index: number, all: number) => `${number(index)} of ${number(all)}`,
  previous: 'Previous picture',
  next: 'Next picture',
  zoom: 'Zoom',
  fit: 'Fit',
  actual: '1:1',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  keepZoom: 'Keep zoom and position',
  download: 'Download',
  trash: 'Move to trash',
  details: 'Details',
  fullScreen: 'Full screen',
  leaveFullScreen: 'Leave full screen',
  moreActions: 'More actions',
  findSimilar: 'Find similar',
  moreLikeThis: 'More like this',
  lessLikeThis: 'Less like this',
  searchRegion: 'Search a region',
  showInFolder: 'Show in folder',
  openOriginal: 'Open the original',
  whyMatched: 'Why it matched',
  showMatch: 'Show where',
  matchExplained:
    'The stronger the colour, the better that part of the picture matches the search. All pictures have the same scale.',
  nearThisPlace: 'Near this place',
  keywords: 'Keywords',
  inWords: 'In words',
  stars: (count: number) => plural(count, { one: '# star', other: '# stars' }),
  looksAlike: 'Looks alike',
  loading: 'Loading the picture',
  gone: 'This picture is no longer in the gallery.',
  unreadable: 'This picture can’t be read. It may be damaged.',
  damaged: 'Only a part of this picture could be read.',
  size: (width: number, height: number) => `${number(width)} × ${number(height)}`,
  megapixels: (count: number) => `${number(Math.max(0.1, Math.round(count * 10) / 10))} megapixels`,
  raw: 'RAW',
  rawShown: 'Shown: the preview in the raw file',
  fromCamera: (time: string) => `${time}, from the camera`,
  fromFile: (time: string) => `${time}, from the file`,
  filmstrip: 'Pictures before and after',
}

export const upload = {
  choose: 'Add files',
  title: (folder: string) => `Adding to ${folder}`,
  done: 'added',
  waiting: 'waiting',
  unreadable: 'The browser can’t read this file. It may be a folder, or it was moved.',
  tooLargeForProxy: (size: string) =>
    `Uploading stopped: the proxy in front of the server refuses files of ${size}. Its limit can be raised (nginx: client_max_body_size, 1 MB by default).`,
  signedOut: 'Uploading stopped: your sign-in has expired. Sign in, then try again.',
  retry: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  fold: 'Show fewer',
  unfold: 'Show each file',
  summary: (done: number, failed: number, all: number) =>
    failed > 0
      ? plural(failed, {
          one: `# of ${number(all)} files could not be added`,
          other: `# of ${number(all)} files could not be added`,
        })
      : done === all
        ? plural(done, { one: '# file added', other: '# files added' })
        : `${number(done)} of ${number(all)} files added`,
}

export const duplicates = {
  title: 'Duplicates',
  groups: (count: number) => plural(count, { one: '# group', other: '# groups' }),
  toFree: (size: string) => `${size} to free`,
  groupOf: (index: number, all: number) => `Group ${number(index)} of ${number(all)}`,
  versions: (count: number) => plural(count, { one: '# version', other: '# versions of one picture' }),
  pictures: (count: number) => plural(count, { one: '# picture', other: '# pictures' }),
  frees: (size: string) => `frees ${size}`,
  suggested: 'Suggested: the largest',
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
    `${number(share < 0.1 ? Math.round(share * 1000) / 10 : Math.floor(share * 100))} % of the pictures compared`,
  keys: 'keep or trash',
  nextKey: 'next group',
  list: 'Groups of duplicates',
}
