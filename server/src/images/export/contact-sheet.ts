import type PDFDocument from 'pdfkit'
import { messageOf } from '../../errors.ts'
import { displayName } from '../../gallery/file-names.ts'
import { toJpeg } from '../../gallery/thumbnails.ts'
import type { ExportedImage, ExportSources } from './formats.ts'
import { markedDay } from './lists.ts'
import type { Fonts } from './text/fonts.ts'
import type { Typesetter } from './text/typesetter.ts'

/** A4 in points, 1/72 inch. */
const PAGE = { width: 595.28, height: 841.89, margin: 36 }
const COLUMNS = 3
const ROWS = 4
const HEADER_HEIGHT = 28
const GAP = 12
const CAPTION_HEIGHT = 24
const CAPTION_SIZE = 7.5
const CAPTION_LINE = CAPTION_SIZE + 2
const FAINT = '#5a5a55'
/** About 300 dots per inch at the size of a cell. */
const SIDE = 1024
const QUALITY = 88

const CELL = {
  width: (PAGE.width - 2 * PAGE.margin - (COLUMNS - 1) * GAP) / COLUMNS,
  height: (PAGE.height - 2 * PAGE.margin - HEADER_HEIGHT - (ROWS - 1) * GAP) / ROWS,
}

type Document = InstanceType<typeof PDFDocument>

/**
 * Pages of twelve pictures with their names and dates, to be printed on A4.
 * @param fonts for letters that the built-in fonts lack; by default those of the system
 */
export async function* contactSheet(
  sources: Pick<ExportSources, 'rendition'>,
  images: AsyncIterable<ExportedImage>,
  title: string,
  fonts?: Fonts,
): AsyncGenerator<Uint8Array> {
  // Loaded on demand, because few need fonts.
  const [{ default: Document }, { createTypesetter }] = await Promise.all([
    import('pdfkit'),
    import('./text/typesetter.ts'),
  ])
  const document = new Document({
    size: 'A4',
    margin: PAGE.margin,
    autoFirstPage: false,
    // It would keep every word of the export.
    fontLayoutCache: false,
    info: { Title: title, Creator: 'Sketch-Search' },
  })
  const typesetter = createTypesetter(document, fonts)
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
    if (position === 0) await addPage(document, typesetter, title, Math.ceil(count / (COLUMNS * ROWS)))
    await drawCell(document, typesetter, sources, image, position)
    // The document emits what is complete when the current task ends.
    await new Promise(setImmediate)
    yield* parts.splice(0)
  }
  if (count === 0) await addPage(document, typesetter, title, 1)
  document.end()
  await ended
  if (hasEnded) yield* parts.splice(0)
}

async function addPage(
  document: Document,
  typesetter: Typesetter,
  title: string,
  number: number,
): Promise<void> {
  document.addPage()
  const width = PAGE.width - 2 * PAGE.margin
  await typesetter.draw(title, {
    x: PAGE.margin,
    y: PAGE.margin,
    width: width - 60,
    size: 11,
    weight: 'bold',
  })
  document.font('Helvetica', 9)
  document.text(String(number), PAGE.margin, PAGE.margin + 1, { width, align: 'right', lineBreak: false })
}

async function drawCell(
  document: Document,
  typesetter: Typesetter,
  sources: Pick<ExportSources, 'rendition'>,
  image: ExportedImage,
  position: number,
): Promise<void> {
  const x = PAGE.margin + (position % COLUMNS) * (CELL.width + GAP)
  const y = PAGE.margin + HEADER_HEIGHT + Math.floor(position / COLUMNS) * (CELL.height + GAP)
  const { width } = CELL
  const height = CELL.height - CAPTION_HEIGHT
  const content = await sources.rendition(image, SIDE).catch(messageOf)
  if (typeof content === 'string') {
    await typesetter.draw(content, { x, y, width, height, size: CAPTION_SIZE, color: FAINT })
  } else {
    const jpeg = await toJpeg(content.bytes, QUALITY)
    document.image(jpeg, x, y, { fit: [width, height], align: 'center', valign: 'bottom' })
  }
  const caption = { x, y: y + height + 4, width, size: CAPTION_SIZE, align: 'center' } as const
  await typesetter.draw(displayName(image.name), caption)
  const score = image.score === undefined ? '' : `  ${Math.round(image.score * 100)} %`
  await typesetter.draw(`${markedDay(image)}${score}`, {
    ...caption,
    y: caption.y + CAPTION_LINE,
    color: FAINT,
  })
}
