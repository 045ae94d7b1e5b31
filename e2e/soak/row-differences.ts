import type { Contents } from './contents.ts'
import type { Entry } from './disk.ts'
import type { IndexState } from './index-state.ts'

/** Compares rows, contents, failures and vectors with the disk. */
export function rowDifferences(disk: Map<string, Entry>, index: IndexState, contents: Contents): string[] {
  const differences: string[] = []
  for (const [path, entry] of disk) {
    const difference = differenceAt(path, entry, index, contents)
    if (difference !== undefined) differences.push(difference)
  }
  for (const path of [...index.images.keys(), ...index.failures.keys()])
    if (!disk.has(path)) differences.push(`${JSON.stringify(path)} is known, but not there`)
  return [...differences, ...vectorDifferences(index)]
}

function differenceAt(
  path: string,
  entry: Entry,
  { images, failures }: IndexState,
  contents: Contents,
): string | undefined {
  const name = JSON.stringify(path)
  const kind = entry.hash === undefined ? 'broken' : contents.kindOf(entry.hash)
  const image = images.get(path)
  const failed = failures.get(path)
  if (kind === 'either') {
    if (image !== undefined && failed !== undefined) return `${name} is indexed and a failure`
    // A decoder that was ended has no hash.
    const isCurrent = image?.hash === entry.hash || failed === entry.hash || failed === null
    return isCurrent ? undefined : `${name} is damaged, and neither indexed nor a failure with these bytes`
  }
  if (kind === 'broken') {
    if (image !== undefined) return `${name} is no image, but indexed`
    if (failed === undefined) return `${name} is no image, and no failure tells so`
    return entry.isReadable && failed !== entry.hash ? `${name} failed as other bytes` : undefined
  }
  if (image?.hash === entry.hash) return undefined
  if (!entry.isReadable && failed !== undefined) return undefined
  const state = image === undefined ? 'not indexed' : 'indexed with other bytes'
  return `${name} is ${state}${failed === undefined ? '' : ', and a failure'} (${entry.identity})`
}

function vectorDifferences(index: IndexState): string[] {
  const differences: string[] = []
  const expected = new Set([...index.images.values()].map(({ hash }) => hash))
  const vectors = new Set(index.vectors)
  if (vectors.size !== index.vectors.length) differences.push('a content has two vectors')
  for (const hash of expected) if (!vectors.has(hash)) differences.push(`${hash} has no vector`)
  const failed = new Set(index.failures.values())
  for (const hash of vectors)
    if (!expected.has(hash) && !failed.has(hash)) differences.push(`${hash} has a vector, but no image`)
  return differences
}
