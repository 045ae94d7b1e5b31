import { number, plural } from '../format.ts'

/** The account of all files in the watched folder. */
export const files = {
  found: (count: number) => plural(count, { one: '# file found', other: '# files found' }),
  indexed: 'Can be searched',
  failed: 'Could not be read',
  pending: 'Still to be read',
  leftOut: 'Left out',
  folders: 'Folders that are left out',
  example: (path: string) => `for example ${path}`,
  moreFolders: (count: number) => `and ${number(count)} more`,
  rules: {
    hidden: 'Hidden files and folders',
    trash: 'In the trash of Sketch-Search',
    system_folder: 'Recycle bins, snapshots of drives and previews of other programs',
    ignored: 'Excluded in the configuration',
    own_data: 'Data of Sketch-Search',
    subfolder: 'In subfolders, which are not watched',
    sidecar: 'XMP files, whose captions and ratings are read',
    not_an_image: 'Not a picture',
    special_file: 'Pipes, sockets and devices',
    link_outside: 'Links that lead out of the folder',
    link_broken: 'Links that lead nowhere',
    link_loop: 'Links that form a loop',
    link_to_left_out: 'Links to something that is left out',
    link_not_followed: 'Links that can’t be followed',
    unreadable_folder: 'Folders that can’t be read',
    unreadable_file: 'Files that can’t be read',
    drive_absent: 'Drives that are not connected',
  },
}

export const exporting = {
  title: 'Export',
  all: (count: number) => plural(count, { one: 'Export the picture', other: 'Export all #' }),
  allFiles: 'Export all files',
  failed: 'The export failed. Try again, or see the server’s log.',
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

export const notices = {
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
  absentPlaces: (places: readonly string[]) => `Not connected: ${places.join(', ')}`,
  wholeFolder: 'the photo folder',
  absenceTitle: (missing: number, known: number) => {
    if (missing >= known) return 'All files are missing'
    return plural(missing, { one: 'A file is missing', other: 'Some files are missing' })
  },
  absence: (missing: number) =>
    plural(missing, {
      one: '# file is missing. Nothing was removed from the index.',
      other: '# files are missing. Nothing was removed from the index.',
    }),
  emptyFolder: (missing: number) =>
    plural(missing, {
      one: 'The photo folder is empty, or another one: # file is missing. Perhaps a drive is not connected. Nothing was removed from the index.',
      other:
        'The photo folder is empty, or another one: # files are missing. Perhaps a drive is not connected. Nothing was removed from the index.',
    }),
  absenceElsewhere: (missing: number) =>
    plural(missing, {
      one: '# file is gone. Perhaps a drive is not connected. Nothing was removed from the index.',
      other:
        '# files are gone at once. Perhaps a drive is not connected. Nothing was removed from the index.',
    }),
  checkAgain: 'Check again',
  acceptMissing: 'Remove from the index',
  problem: 'Perhaps a drive is not connected. Nothing was removed from the index.',
  polling: 'This folder can’t be watched, so changes appear after a while.',
  why: 'Why?',
  unwatched:
    'No process watches the gallery, so new pictures are not noticed. Start a worker that has the folder, or a server without --no-index.',
  ignoredUsers: (count: number) =>
    plural(count, {
      one: 'The database has # user, but sign-in is off (auth.kind: none): everyone who can open this page is an admin.',
      other:
        'The database has # users, but sign-in is off (auth.kind: none): everyone who can open this page is an admin.',
    }),
  understood: 'Got it',
  metadata: (left: number) =>
    plural(left, {
      one: 'Date, camera and caption of # picture have yet to be read. Until then, the timeline and filters lack them.',
      other:
        'Dates, cameras and captions of # pictures have yet to be read. Until then, the timeline and filters lack them.',
    }),
  readOnly: 'The gallery is read-only: pictures can’t be added or deleted here.',
  readOnlyFolders: (names: readonly string[]) =>
    `Pictures can’t be added or deleted in these folders, which are read-only: ${names.join(', ')}.`,
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
      'The server’s catalog is damaged. The server’s log describes how to build a new one from the gallery.',
  },
}
