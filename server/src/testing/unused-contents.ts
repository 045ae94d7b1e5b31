import type { Catalog } from '../catalog/catalog.ts'

/** Deletes the vectors of all contents that nothing has any more. @returns hashes of the deleted contents */
export async function deleteAllUnused({ vectors }: Catalog): Promise<string[]> {
  const all: string[] = []
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { deleted, next } = await vectors.deleteUnusedAfter(after)
    all.push(...deleted)
    after = next
  }
  return all
}
