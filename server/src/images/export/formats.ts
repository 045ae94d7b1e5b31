import type { Image } from '../../catalog/catalog.ts'
import type { ImageFiles } from '../image-files.ts'

/** Kinds of files that images are exported as. */
export const EXPORT_FORMATS = ['zip', 'zip-small', 'csv', 'json', 'pdf', 'html', 'paths', 'xmp'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** Whether archives repeat the folders of the gallery. */
export const EXPORT_LAYOUTS = ['folders', 'flat'] as const
export type ExportLayout = (typeof EXPORT_LAYOUTS)[number]

/** An image to export; results of a search have a score. */
export type ExportedImage = Image & { score?: number }

/** The files that exports are made of. */
export type ExportSources = Pick<ImageFiles, 'open' | 'preview' | 'rendition'>
