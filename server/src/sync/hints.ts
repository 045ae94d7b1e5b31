import { type IncludeRules, isIncluded } from '../gallery/include.ts'
import type { LinkTargets } from './link-targets.ts'

/** A path of the gallery at which something may have changed. */
export interface ChangeHint {
  path: string
  /** Only the contents or the attributes of a file changed: nothing appeared or disappeared. */
  isWithinFile: boolean
}

/** Hints that wait to be applied, one for each path. */
export interface Hints {
  add(hint: ChangeHint): void
  /** Removes and returns all hints. */
  take(): ChangeHint[]
}

export interface HintsOptions {
  root: string
  walk: IncludeRules
  links: LinkTargets
}

export function createHints({ root, walk, links }: HintsOptions): Hints {
  const waiting = new Map<string, boolean>()
  return {
    add({ path, isWithinFile }) {
      for (const one of [path, ...links.pathsThatShow(path)])
        waiting.set(one, isWithinFile && (waiting.get(one) ?? true))
    },
    take() {
      const hints = [...waiting].map(([path, isWithinFile]) => ({ path, isWithinFile }))
      waiting.clear()
      // Subfolders count where only the root is scanned, too: they may have rows of an earlier configuration.
      return hints.filter(({ path }) => isIncluded(root, path, { ...walk, recursive: true }))
    },
  }
}
