/** Kinds of files that images are exported as. */
export const EXPORT_FORMATS = ['zip', 'zip-small', 'csv', 'json', 'pdf', 'html', 'paths', 'xmp'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** Whether archives repeat the folders of the gallery. */
export const EXPORT_LAYOUTS = ['folders', 'flat'] as const
export type ExportLayout = (typeof EXPORT_LAYOUTS)[number]
