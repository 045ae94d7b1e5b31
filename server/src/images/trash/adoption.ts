import type { Catalog, TrashedImage, TrashPlace } from '../../catalog/catalog.ts'
import { directoriesOf } from '../../gallery/directories.ts'
import { ROOT } from '../../gallery/paths.ts'
import type { TrashFolder } from './trash-folder.ts'
import { readTrashRecord } from './trash-record.ts'

export interface AdoptionOptions {
  root: string
  catalog: Catalog
  folder: Pick<TrashFolder, 'places' | 'record'>
}

const IMAGES_PER_SECTION = 200

/**
 * Returns a function that lists files of the trash again whose rows are lost with an earlier catalog. Each call reads the drives that
 * are new: a drive may be absent at first, and a new catalog has the mounts only after a scan.
 */
export function createAdoption({ root, catalog, folder }: AdoptionOptions): () => Promise<void> {
  const adopted = new Set<string | undefined>()
  return async () => {
    const directories = directoriesOf(root).map(({ name }) => name)
    for (const top of [undefined, ROOT, ...directories, ...(await catalog.files.mountPoints())]) {
      if (adopted.has(top)) continue
      const places = await folder.places(top)
      if (places === undefined) continue
      await adopt(places)
      adopted.add(top)
    }
  }

  async function adopt(places: readonly TrashPlace[]): Promise<void> {
    let section: TrashedImage[] = []
    for (const place of places) {
      const record = await folder.record(place)
      const trashed = record === undefined ? undefined : readTrashRecord(record)
      if (trashed !== undefined) section.push({ ...trashed, ...place })
      if (section.length < IMAGES_PER_SECTION) continue
      await catalog.trash.adopt(section)
      section = []
    }
    await catalog.trash.adopt(section)
  }
}
