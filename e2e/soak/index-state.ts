import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import sharp from 'sharp'

export interface IndexedImage {
  id: string
  hash: string
}

/** State of the index, read from the files of the product. */
export interface IndexState {
  /** By path. */
  images: Map<string, IndexedImage>
  /** Contents by path; null where none could be read. */
  failures: Map<string, string | null>
  /** Contents that have a vector of the embedder, once for each vector. */
  vectors: string[]
}

export function readIndex(dataDirectory: string): IndexState {
  const database = new DatabaseSync(join(dataDirectory, 'catalog.sqlite'), { readOnly: true })
  try {
    const rows = <T>(query: string) => database.prepare(query).all() as T[]
    return {
      images: new Map(
        rows<{ path: string; id: string; content_hash: string }>(
          'select path, id, content_hash from images',
        ).map(({ path, id, content_hash: hash }) => [path, { id, hash }]),
      ),
      failures: new Map(
        rows<{ path: string; content_hash: string | null; reason: string }>(
          'select path, content_hash, reason from failures',
        ).map(({ path, content_hash: hash }) => [path, hash]),
      ),
      vectors: rows<{ content_hash: string }>(
        "select content_hash from vectors join embedders on embedders.id = embedder_id where space = 'image'",
      ).map(({ content_hash: hash }) => hash),
    }
  } finally {
    database.close()
  }
}

/** The contents that have a thumbnail file, and what else lies there. */
export function thumbnailFiles(dataDirectory: string): {
  hashes: Set<string>
  files: string[]
  strange: string[]
} {
  const directory = join(dataDirectory, 'thumbnails')
  const files = existsSync(directory)
    ? readdirSync(directory, { recursive: true })
        .map((path) => join(directory, String(path)))
        .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    : []
  const named = files.flatMap((path) => /([0-9a-f]{64})\.webp$/.exec(path)?.[1] ?? [])
  return { hashes: new Set(named), files, strange: files.filter((path) => !/[0-9a-f]{64}\.webp$/.test(path)) }
}

/** Checks the responses that people see. @returns the faults */
export async function complaintsAboutAnswers(
  url: string,
  images: Map<string, IndexedImage>,
  examples: string[],
): Promise<string[]> {
  const complaints: string[] = []
  const list = (await (await fetch(`${url}/api/images?items_per_page=1000`)).json()) as {
    images: { id: string; path: string; thumbnail_url: string }[]
    total: number
  }
  if (list.total !== images.size)
    complaints.push(`the list has ${list.total} images instead of ${images.size}`)
  for (const { id, path, thumbnail_url: thumbnail } of list.images) {
    if (images.get(path)?.id !== id) complaints.push(`the list has ${JSON.stringify(path)} under another id`)
    const answer = await fetch(url + thumbnail)
    const bytes = Buffer.from(await answer.arrayBuffer())
    const isWhole =
      answer.ok &&
      (await sharp(bytes, { failOn: 'error' })
        .stats()
        .catch(() => undefined))
    if (!isWhole) complaints.push(`the thumbnail of ${JSON.stringify(path)} is ${answer.status} or damaged`)
  }
  for (const path of examples) complaints.push(...(await complaintsAboutSearch(url, images, path)))
  return complaints
}

async function complaintsAboutSearch(
  url: string,
  images: Map<string, IndexedImage>,
  path: string,
): Promise<string[]> {
  const complaints: string[] = []
  const { id, hash } = images.get(path)!
  const answer = await fetch(`${url}/api/images/search-by-image`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ image_id: id, top_k: 1000, query: { items_per_page: 1000 } }),
  })
  const found = (await answer.json()) as { images: { id: string; path: string; score: number }[] }
  const name = JSON.stringify(path)
  if (!answer.ok) return [`searching by ${name} is answered with ${answer.status}`]
  if (found.images[0]?.id !== id) complaints.push(`searching by ${name} does not find it first`)
  const paths = new Set(found.images.map((image) => image.path))
  const missing = [...images.keys()].filter((known) => !paths.has(known))
  if (missing.length > 0)
    complaints.push(`searching by ${name} misses ${missing.map((p) => JSON.stringify(p))}`)
  if (paths.size !== found.images.length) complaints.push(`searching by ${name} finds an image twice`)
  const copies = [...images].filter(([, image]) => image.hash === hash).length
  const same = found.images.slice(0, copies).filter(({ score }) => score > 0.998)
  if (same.length !== copies) complaints.push(`searching by ${name} does not find its ${copies} copies first`)
  return complaints
}
