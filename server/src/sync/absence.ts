import { ROOT } from '../gallery/paths.ts'
import type { MassRemoval } from './missing-files.ts'
import type { KeptFiles } from './plan/removals.ts'

/** Returns the places whose files are kept, as paths of the gallery: its root, and mount points in it. */
export function placesOf(kept: readonly KeptFiles[]): string[] {
  const isOfRoot = kept.some(({ because }) => because === 'gallery empty' || because === 'gallery replaced')
  return [...(isOfRoot ? [ROOT] : []), ...new Set(kept.flatMap(({ mounts }) => mounts))]
}

/** Describes for the log which files are missing, and why they may be. */
export function describeAbsence(
  { missing, known, places = [] }: MassRemoval,
  kept: readonly KeptFiles[],
  root: string,
): string {
  const reasons: string[] = []
  if (kept.some(({ because }) => because === 'gallery empty')) reasons.push('this folder is empty')
  else if (places.includes(ROOT)) reasons.push('this folder is on another drive than before')
  const mounts = places.filter((place) => place !== ROOT).map((place) => JSON.stringify(place))
  if (mounts.length > 0) reasons.push(`no drive, or another one, is mounted at ${mounts.join(', ')}`)
  const why = reasons.length > 0 ? reasons.join(', and ') : 'perhaps a drive is not mounted'
  return `${missing} of ${known} files of the gallery ${root} are missing: ${why}. The index is kept unchanged. To remove them from it, confirm this on the page, or, while no server runs on it, with "sketch-search index --accept-missing" and the folder or the --config of the server.`
}

/** Fewer removed images are no news: they are deleted in everyday use. */
const MIN_REPORTED = 10

/** Returns a sentence for the log about removed images; undefined if they are few. */
export function describeRemoved(images: number, why: string): string | undefined {
  return images < MIN_REPORTED ? undefined : `${images} images were removed from the index: ${why}.`
}
