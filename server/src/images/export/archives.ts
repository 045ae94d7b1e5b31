import type { FileHandle } from 'node:fs/promises'
import { parse as parsePath } from 'node:path/posix'
import { makeZip } from 'client-zip'
import type { Image } from '../../catalog/catalog.ts'
import { messageOf } from '../../errors.ts'
import { displayName } from '../../gallery/file-names.ts'
import { joinPath } from '../../gallery/paths.ts'
import { toJpeg } from '../../gallery/thumbnails.ts'
import type { ExportedImage, ExportLayout, ExportSources } from './formats.ts'
import { sidecarOf } from './sidecar.ts'

const READ_BYTES = 256 * 1024
/** Lists the files that could not be read. */
const UNREADABLE_LIST = 'not exported.txt'
const COPY_QUALITY = 90

interface Entry {
  name: string
  lastModified: Date
  input: AsyncIterable<Uint8Array> | Uint8Array | string
}

/** The original files as a ZIP archive, without compressing them again. */
export function archiveOfOriginals(
  sources: ExportSources,
  images: AsyncIterable<ExportedImage>,
  layout: ExportLayout,
): AsyncIterable<Uint8Array> {
  return archive(images, async (image) => {
    const file = await sources.open(image)
    return { name: nameIn(image, layout), lastModified: new Date(image.modifiedAt), input: contentOf(file) }
  })
}

/** Copies that every program shows, at most 2048 pixels a side: JPEG, or the original if it is small enough. */
export function archiveOfCopies(
  sources: ExportSources,
  images: AsyncIterable<ExportedImage>,
  layout: ExportLayout,
): AsyncIterable<Uint8Array> {
  return archive(images, async (image) => {
    const { bytes, contentType } = await sources.preview(image)
    const isConverted = contentType === 'image/webp' && image.contentType !== 'image/webp'
    const name = nameIn(image, layout)
    const { dir, name: stem } = parsePath(name)
    return {
      name: isConverted ? joinPath(dir || '.', `${stem}.jpg`) : name,
      lastModified: new Date(image.modifiedAt),
      input: isConverted ? await toJpeg(bytes, COPY_QUALITY) : bytes,
    }
  })
}

/** XMP files to lie beside the originals. */
export function archiveOfSidecars(
  images: AsyncIterable<ExportedImage>,
  layout: ExportLayout,
): AsyncIterable<Uint8Array> {
  return archive(images, async (image) => ({
    name: `${nameIn(image, layout)}.xmp`,
    lastModified: new Date(image.modifiedAt),
    input: sidecarOf(image),
  }))
}

function archive(
  images: AsyncIterable<ExportedImage>,
  entryOf: (image: ExportedImage) => Promise<Entry>,
): AsyncIterable<Uint8Array> {
  return makeZip(entries(images, entryOf))
}

async function* entries(
  images: AsyncIterable<ExportedImage>,
  entryOf: (image: ExportedImage) => Promise<Entry>,
): AsyncGenerator<Entry> {
  const names = new Set([UNREADABLE_LIST])
  const unreadable: string[] = []
  for await (const image of images) {
    try {
      const entry = await entryOf(image)
      const name = freeName(entry.name, names)
      names.add(name.toLowerCase())
      yield { ...entry, name }
    } catch (error) {
      unreadable.push(`${image.path}: ${messageOf(error)}\n`)
    }
  }
  if (unreadable.length > 0)
    yield { name: UNREADABLE_LIST, lastModified: new Date(), input: unreadable.join('') }
}

/** File systems that ignore case would otherwise unpack one file over another. */
function freeName(wanted: string, names: ReadonlySet<string>): string {
  const { dir, name, ext } = parsePath(wanted)
  for (let copy = 1; ; copy++) {
    const candidate = copy === 1 ? wanted : joinPath(dir || '.', `${name} (${copy})${ext}`)
    if (!names.has(candidate.toLowerCase())) return candidate
  }
}

function nameIn({ path, name }: Image, layout: ExportLayout): string {
  return layout === 'flat' ? displayName(name) : path.split('/').map(displayName).join('/')
}

/** Reads a file in parts, and closes it. */
async function* contentOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      // A new buffer each time, because the reader keeps it until it is sent.
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
