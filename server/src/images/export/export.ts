import { archiveOfCopies, archiveOfOriginals, archiveOfSidecars } from './archives.ts'
import { contactSheet } from './contact-sheet.ts'
import type { ExportedImage, ExportFormat, ExportLayout, ExportSources } from './formats.ts'
import { asCsv, asJson, asPaths, type PathsStyle } from './lists.ts'
import { asPage } from './page.ts'
import { windowsName } from './windows-names.ts'

export interface ExportOptions {
  /** In the order of the export. They are read while the export is written. */
  images: AsyncIterable<ExportedImage>
  format: ExportFormat
  layout: ExportLayout
  /** Heading of pages, and name of the file without its extension. */
  title: string
  /** How the format `paths` is written. */
  paths?: PathsStyle | undefined
}

export interface Export {
  contentType: string
  fileName: string
  /** Created at the speed of its reader, so that memory stays bounded. */
  body: AsyncIterable<Uint8Array>
}

/** Exports images as one file. A file that can't be read is left out, and named where the format allows it. */
export function exportImages(sources: ExportSources, options: ExportOptions): Export {
  const { images, format, layout, title } = options
  const as = (extension: string, contentType: string, body: AsyncIterable<Uint8Array>): Export => ({
    contentType,
    fileName: `${windowsName(title.toWellFormed())}.${extension}`,
    body,
  })
  switch (format) {
    case 'zip':
      return as('zip', 'application/zip', archiveOfOriginals(sources, images, layout))
    case 'zip-small':
      return as('zip', 'application/zip', archiveOfCopies(sources, images, layout))
    case 'xmp':
      return as('zip', 'application/zip', archiveOfSidecars(images, layout))
    case 'csv':
      return as('csv', 'text/csv; charset=utf-8', asCsv(images))
    case 'json':
      return as('json', 'application/json', asJson(images))
    case 'paths':
      return as('txt', 'text/plain; charset=utf-8', asPaths(images, options.paths))
    case 'html':
      return as('html', 'text/html; charset=utf-8', asPage(sources, images, title))
    case 'pdf':
      return as('pdf', 'application/pdf', contactSheet(sources, images, title))
  }
}
