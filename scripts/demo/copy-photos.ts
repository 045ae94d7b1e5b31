import { cp } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

const PHOTOS = fileURLToPath(new URL('photos', import.meta.url))
const DOCUMENTS = new Set(['.csv', '.md'])

/** Copies the photographs of the demo into a gallery, with their folders. Existing files stay. */
export async function copyDemoPhotos(gallery: string): Promise<void> {
  await cp(PHOTOS, gallery, {
    recursive: true,
    force: false,
    filter: (source) => !DOCUMENTS.has(extname(source)),
  })
}
