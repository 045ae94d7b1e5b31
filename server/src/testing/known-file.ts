import type { KnownFile } from '../catalog/catalog.ts'

/** A row of an indexed file, as the plans of sync compare it. */
export function knownFile(path: string, change: Partial<KnownFile> = {}): KnownFile {
  return {
    path,
    bytes: 10,
    modifiedAt: 20,
    changedAt: 25,
    inode: '30',
    contentHash: 'h',
    state: 'indexed',
    ...change,
  }
}
