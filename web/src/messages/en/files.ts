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
    system_folder: 'Recycle bins, snapshots and previews of other programs',
    ignored: 'Excluded in the configuration',
    own_data: 'Data of Sketch-Search',
    subfolder: 'In folders below, which are not watched',
    not_an_image: 'Not a picture',
    special_file: 'Pipes, sockets and devices',
    link_outside: 'Links out of the folder',
    link_broken: 'Links that lead nowhere',
    link_loop: 'Links that lead in a circle',
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
