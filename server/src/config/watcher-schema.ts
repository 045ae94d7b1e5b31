import { z } from 'zod'

const directory = z.strictObject({
  name: z
    .string()
    .regex(
      /^(?!\.)[^/\\:\p{Cc}]{1,60}$/u,
      'give the name of a folder, which has no / and no dot at its beginning',
    )
    .describe('Name of the folder in the gallery.'),
  path: z.string().min(1).describe('The folder itself. Its drive may be absent.'),
})

export const watcher = z.strictObject({
  watched_directory: z
    .string()
    .min(1)
    .default('./')
    .describe('The gallery: the folder with the images. With `database`, it has to be named.'),
  directories: z
    .array(directory)
    .default([])
    .describe(
      'Further folders, each `{name, path}`: a folder at the top of the gallery under this name, wherever it lies.',
    ),
  watch_recursive: z
    .boolean()
    .default(false)
    .describe(
      'Look for images in all subfolders, too. Always on for a folder given on the command line. If off, images that were uploaded to subfolders are still included.',
    ),
  ignore: z
    .array(
      z
        .string()
        .regex(
          /^(?![/!])(?!.*\\)(?!(.*\/)?\.{1,2}(\/|$)).*[^/]$/,
          'give a pattern of what is left out: a path within the gallery with / between names and none at its ends, as in **/*.cr2 or exports',
        ),
    )
    .default([])
    .describe('Patterns of files and folders to leave out, relative to the gallery.'),
  include_system_folders: z
    .boolean()
    .default(false)
    .describe(
      'Include recycle bins, snapshots and thumbnails of network drives (`@eaDir`, `#recycle`, `@Recycle`, `@tmp`, `RECYCLER` and others), and what photo programs derive from photos (`*.lrdata`; all but the originals in `*.photoslibrary` and `*.aplibrary`).',
    ),
  files_batch_size: z
    .int()
    .min(1)
    .max(256)
    .default(8)
    .describe(
      'Maximum number of images stored together, unless the measured batch of the embedder is larger.',
    ),
  reconcile_interval_s: z
    .int()
    .min(5)
    .max(7 * 24 * 3600)
    .default(600)
    .describe('Seconds between two scans of the whole gallery, for changes that the system did not report.'),
  max_missing_share: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe(
      'If more than this share of the files, and more than 100, disappear at once, they are kept in the index until an admin confirms.',
    ),
})
