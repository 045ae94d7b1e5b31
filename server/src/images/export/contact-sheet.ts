import type PDFDocument from 'pdfkit'
import { messageOf } from '../../errors.ts'
import { displayName } from '../../gallery/file-names.ts'
import { toJpeg } from '../../gallery/thumbnails.ts'
import type { ExportedImage, ExportSources } from './formats.ts'
import { markedDay } from './lists.ts'

/** A4 in points, 1/72 inch. */
const PAGE = { width: 595.28, height: 841.89, margin: 36 }
const COLUMNS = 3
const ROWS = 4
const HEADER_HEIGHT = 28
const GAP = 12
const CAPTION_HEIGHT = 24
const CAPTION_SIZE = 7.5
/** About 300 dots per inch at the size of a cell. */
const SIDE = 1024
const QUALITY = 88

const CELL = {
  width: (PAGE.width - 2 * PAGE.margin - (COLUMNS - 1) * GAP) / COLUMNS,
  height: (PAGE.height - 2 * PAGE.margin - HEADER_HEIGHT - (ROWS - 1) * GAP) / ROWS,
}

type Document = InstanceType<typeof PDFDocument>

/** Pages of twelve pictures with their names and dates, to be printed on A4. */
export async function* contactSheet(
  sources: Pick<ExportSources, 'rendition'>,
  images: AsyncIterable<ExportedImage>,
  title: string,
): AsyncGenerator<Uint8Array> {
  // Loaded on demand, because few need its fonts.
  const { default: Document } = await import('pdfkit')
  const document = new Document({
    size: 'A4',
    margin: PAGE.margin,
    autoFirstPage: false,
    info: { Title: title, Creator: 'Sketch-Search' },
  })
  const parts: Uint8Array[] = []
  let hasEnded = false
  document.on('data', (part: Uint8Array) => parts.push(part))
  const ended = new Promise<void>((resolve, reject) => {
    document.on('end', () => {
      hasEnded = true
      resolve()
    })
    document.on('error', reject)
  })
  let count = 0
  for await (const image of images) {
    const position = count++ % (COLUMNS * ROWS)
    if (position === 0) addPage(document, title, Math.ceil(count / (COLUMNS * ROWS)))
    await drawCell(document, sources, image, position)
    // The document emits what is complete when the current task ends.
    await new Promise(setImmediate)
    yield* parts.splice(0)
  }
  if (count === 0) addPage(document, title, 1)
  document.end()
  await ended
  if (hasEnded) yield* parts.splice(0)
}

function addPage(document: Document, title: string, number: number): void {
  document.addPage()
  const width = PAGE.width - 2 * PAGE.margin
  document.font('Helvetica-Bold').fontSize(11).fillColor('#1a1a18')
  document.text(printable(title), PAGE.margin, PAGE.margin, { width: width - 60, height: 14, ellipsis: true })
  document.font('Helvetica').fontSize(9)
  document.text(String(number), PAGE.margin, PAGE.margin + 1, { width, align: 'right', lineBreak: false })
}

async function drawCell(
  document: Document,
  sources: Pick<ExportSources, 'rendition'>,
  image: ExportedImage,
  position: number,
): Promise<void> {
  const x = PAGE.margin + (position % COLUMNS) * (CELL.width + GAP)
  const y = PAGE.margin + HEADER_HEIGHT + Math.floor(position / COLUMNS) * (CELL.height + GAP)
  const fit: [number, number] = [CELL.width, CELL.height - CAPTION_HEIGHT]
  const content = await sources.rendition(image, SIDE).catch(messageOf)
  if (typeof content === 'string') {
    document.fontSize(CAPTION_SIZE).fillColor('#5a5a55')
    const height = CELL.height - CAPTION_HEIGHT
    document.text(printable(content), x, y, { width: CELL.width, height, ellipsis: true })
  } else {
    const jpeg = await toJpeg(content.bytes, QUALITY)
    document.image(jpeg, x, y, { fit, align: 'center', valign: 'bottom' })
  }
  const captionY = y + CELL.height - CAPTION_HEIGHT + 4
  const line = { width: CELL.width, height: CAPTION_SIZE + 2, ellipsis: true, align: 'center' } as const
  document.fontSize(CAPTION_SIZE).fillColor('#1a1a18')
  document.text(printable(displayName(image.name)), x, captionY, line)
  document.fillColor('#5a5a55')
  const score = image.score === undefined ? '' : `  ${Math.round(image.score * 100)} %`
  document.text(`${markedDay(image)}${score}`, x, captionY + CAPTION_SIZE + 2, line)
}

/** The built-in fonts of PDF have the letters of western European languages only. */
function printable(text: string): string {
  return text.normalize('NFC').replaceAll(/[^\x20-\x7e\xa0-\xff–—‘’“”•…€Œœ™ŠšŽžŸ]/gu, '?')
}
