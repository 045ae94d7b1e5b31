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
  /** Open until the entry has been written. */
  file?: FileHandle
}

/** The original files as a ZIP archive, without compressing them again. */
export function archiveOfOriginals(
  sources: Pick<ExportSources, 'open'>,
  images: AsyncIterable<ExportedImage>,
  layout: ExportLayout,
): AsyncIterable<Uint8Array> {
  return archive(images, async (image) => {
    const file = await sources.open(image)
    return {
      name: nameIn(image, layout),
      lastModified: new Date(image.modifiedAt),
      input: contentOf(file),
      file,
    }
  })
}

/** Copies that every program shows, at most 2048 pixels a side: JPEG, or the original if it is small enough. */
export function archiveOfCopies(
  sources: Pick<ExportSources, 'preview'>,
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

async function* archive(
  images: AsyncIterable<ExportedImage>,
  entryOf: (image: ExportedImage) => Promise<Entry>,
): AsyncGenerator<Uint8Array> {
  const all = entries(images, entryOf)
  try {
    // The library does not end the entries of an archive that is cancelled, therefore it gets no means to do it.
    yield* makeZip({ [Symbol.asyncIterator]: () => ({ next: () => all.next() }) })
  } finally {
    await all.return()
  }
}

async function* entries(
  images: AsyncIterable<ExportedImage>,
  entryOf: (image: ExportedImage) => Promise<Entry>,
): AsyncGenerator<Entry, void> {
  const names = new FreeNames([UNREADABLE_LIST])
  const unreadable: string[] = []
  for await (const image of images) {
    const entry = await entryOf(image).catch((error: unknown) => {
      unreadable.push(`${image.path}: ${messageOf(error)}\n`)
    })
    if (!entry) continue
    try {
      yield { ...entry, name: names.take(entry.name) }
    } finally {
      await entry.file?.close()
    }
  }
  if (unreadable.length > 0)
    yield { name: UNREADABLE_LIST, lastModified: new Date(), input: unreadable.join('') }
}

/** Names that differ in more than case and composition: file systems that ignore these would unpack one file over another. */
class FreeNames {
  readonly #taken: Set<string>
  /** The number that a name gets when it occurs again. */
  readonly #next = new Map<string, number>()

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken.map(keyOf))
  }

  take(wanted: string): string {
    const { dir, name, ext } = parsePath(wanted)
    for (let copy = this.#next.get(keyOf(wanted)) ?? 1; ; copy++) {
      const candidate = copy === 1 ? wanted : joinPath(dir || '.', `${name} (${copy})${ext}`)
      const key = keyOf(candidate)
      if (this.#taken.has(key)) continue
      this.#taken.add(key)
      this.#next.set(keyOf(wanted), copy + 1)
      return candidate
    }
  }
}

const keyOf = (name: string) => name.normalize('NFC').toLowerCase()

/** A backslash separates folders on Windows, where a name with some could be unpacked elsewhere. */
function nameIn({ path, name }: Image, layout: ExportLayout): string {
  const wanted = layout === 'flat' ? name : path
  return displayName(wanted).replaceAll(/[\\\p{Cc}]/gu, '_')
}

/** Reads a file in parts. */
async function* contentOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    // A new buffer each time, because the reader keeps it until it is sent.
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}
