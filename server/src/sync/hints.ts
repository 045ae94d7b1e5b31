import { entryRule, type IncludeRules } from '../gallery/include.ts'
import { ROOT } from '../gallery/paths.ts'
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
  walk: IncludeRules
  links: LinkTargets
}

export function createHints({ walk, links }: HintsOptions): Hints {
  const waiting = new Map<string, boolean>()
  return {
    add({ path, isWithinFile }) {
      for (const one of [path, ...links.pathsThatShow(path)])
        waiting.set(one, isWithinFile && (waiting.get(one) ?? true))
    },
    take() {
      const hints = [...waiting].map(([path, isWithinFile]) => ({ path, isWithinFile }))
      waiting.clear()
      return hints.flatMap((hint) => {
        const path = upToLeftOut(hint.path, walk)
        if (path === hint.path && entryRule(path, walk) === undefined) return hint
        // Only the number of the files that are left out matters.
        return hint.isWithinFile ? [] : { path, isWithinFile: false }
      })
    },
  }
}

/** Returns the path itself, or that of the first folder on it that is left out. */
function upToLeftOut(path: string, walk: IncludeRules): string {
  if (path === ROOT) return path
  const names = path.split('/')
  const end = names.findIndex((_, n) => entryRule(names.slice(0, n + 1).join('/'), walk) !== undefined)
  return end < 0 ? path : names.slice(0, end + 1).join('/')
}
