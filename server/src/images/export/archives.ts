import type { FileHandle } from 'node:fs/promises'
import { parse as parsePath } from 'node:path/posix'
import type { Image } from '../../catalog/catalog.ts'
import { messageOf } from '../../errors.ts'
import { displayName } from '../../gallery/file-names.ts'
import { joinPath } from '../../gallery/paths.ts'
import { toJpeg } from '../../gallery/thumbnails.ts'
import { copyMetadataOf } from './copy-metadata.ts'
import type { ExportedImage, ExportLayout, ExportSources } from './formats.ts'
import { sidecarOf } from './sidecar.ts'
import { windowsName } from './windows-names.ts'
import { writeZip, type ZipEntry } from './zip.ts'

const READ_BYTES = 256 * 1024
/** Lists the files that could not be read, with the reasons. */
const UNREADABLE_LIST = 'not exported.txt'
const COPY_QUALITY = 90
/** The times that an archive can store, a day away from the limits so that every time zone stays inside. */
const FIRST_TIME = Date.UTC(1980, 0, 2)
const LAST_TIME = Date.UTC(2107, 11, 30)

interface Entry extends ZipEntry {
  /** Open until the entry has been written. */
  file?: FileHandle
}

/** The original files as a ZIP archive, without compressing them again. */
export function archiveOfOriginals(
  sources: Pick<ExportSources, 'open'>,
  images: AsyncIterable<ExportedImage>,
  layout: ExportLayout,
): AsyncIterable<Uint8Array> {
  return archive(images, async (image, onReadError) => {
    const file = await sources.open(image)
    try {
      const { size: reported } = await file.stat()
      // Some file systems in user space report no size.
      const size = reported === 0 ? Number.POSITIVE_INFINITY : reported
      // A file whose beginning can't be read gets no entry.
      const input = contentOf(file, size, await readPart(file, size), onReadError)
      return { name: nameIn(image, layout), lastModified: timeOf(image), input, maxBytes: size, file }
    } catch (error) {
      await file.close()
      throw error
    }
  })
}

/** Copies that every program shows, at most 2048 pixels a side: JPEG with date and place, or the original if it is small enough. */
export function archiveOfCopies(
  sources: Pick<ExportSources, 'preview'>,
  images: AsyncIterable<ExportedImage>,
  layout: ExportLayout,
): AsyncIterable<Uint8Array> {
  return archive(images, async (image) => {
    const { bytes, contentType } = await sources.preview(image)
    const isOriginal = contentType === image.contentType && bytes.length === image.bytes
    const isConverted = contentType === 'image/webp' && !isOriginal
    const name = nameIn(image, layout)
    const { dir, name: stem } = parsePath(name)
    return {
      name: isConverted ? joinPath(dir || '.', `${stem}.jpg`) : name,
      lastModified: timeOf(image),
      input: isConverted ? await toJpeg(bytes, COPY_QUALITY, copyMetadataOf(image)) : bytes,
    }
  })
}

/** XMP files that belong beside the originals. */
export function archiveOfSidecars(
  images: AsyncIterable<ExportedImage>,
  layout: ExportLayout,
): AsyncIterable<Uint8Array> {
  return archive(images, async (image) => ({
    name: `${nameIn(image, layout)}.xmp`,
    lastModified: timeOf(image),
    input: sidecarOf(image),
  }))
}

/** @param onReadError is called if the content can't be read to its end */
type EntryOf = (image: ExportedImage, onReadError: (error: unknown) => void) => Promise<Entry>

function archive(images: AsyncIterable<ExportedImage>, entryOf: EntryOf): AsyncIterable<Uint8Array> {
  return writeZip(entries(images, entryOf))
}

async function* entries(images: AsyncIterable<ExportedImage>, entryOf: EntryOf): AsyncGenerator<Entry, void> {
  const names = new FreeNames([UNREADABLE_LIST])
  const unreadable: string[] = []
  const begin = async (image: ExportedImage) => {
    const list = (reason: string) => unreadable.push(`${oneLine(image.path)}: ${oneLine(reason)}\n`)
    const onReadError = (error: unknown) => list(`only its beginning could be read (${messageOf(error)})`)
    return entryOf(image, onReadError).catch((error: unknown) => void list(messageOf(error)))
  }
  for await (const entry of mapAhead(images, begin, async (unused) => unused?.file?.close())) {
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

/** Maps values in their order, the next one while a result is used. @param release is called for a result that is not taken */
async function* mapAhead<Value, Result>(
  values: AsyncIterable<Value>,
  map: (value: Value) => Promise<Result>,
  release: (result: Result) => Promise<void>,
): AsyncGenerator<Result> {
  const iterator = values[Symbol.asyncIterator]()
  const mapNext = async () => {
    const { done, value } = await iterator.next()
    return done === true ? undefined : { result: await map(value) }
  }
  let next = mapNext()
  try {
    for (let taken = await next; taken !== undefined; taken = await next) {
      next = mapNext()
      // The error is thrown where the result is awaited, unless nobody awaits it.
      next.catch(() => {})
      yield taken.result
    }
  } finally {
    const left = await next.catch(() => undefined)
    if (left !== undefined) await release(left.result)
    await iterator.return?.()
  }
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

function nameIn({ path, name }: Image, layout: ExportLayout): string {
  const wanted = displayName(layout === 'flat' ? name : path)
  return wanted.split('/').map(windowsName).join('/')
}

function timeOf({ modifiedAt }: Image): Date {
  return new Date(Math.min(Math.max(modifiedAt, FIRST_TIME), LAST_TIME))
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ')
}

/** Reads a file in parts, the next one while one is sent. After an error the entry ends, because its beginning is already in the archive. */
async function* contentOf(
  file: FileHandle,
  size: number,
  firstPart: Uint8Array,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  let next = Promise.resolve(firstPart)
  try {
    let left = size
    for (let part = firstPart; part.length > 0; part = await next) {
      left -= part.length
      next = readPart(file, left)
      // The error is thrown where the part is awaited, unless the archive is cancelled before.
      next.catch(() => {})
      yield part
    }
  } catch (error) {
    onError(error)
  } finally {
    // The file must not be closed while it is read.
    await next.catch(() => {})
  }
}

/** Reads the next bytes; none at the end. @param left bytes of the file that are not read yet; those that are added meanwhile stay out */
async function readPart(file: FileHandle, left: number): Promise<Uint8Array> {
  const length = Math.min(READ_BYTES, left)
  if (length === 0) return new Uint8Array()
  // A new buffer each time, because the reader keeps it until it is sent.
  const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length)
  return buffer.subarray(0, bytesRead)
}
