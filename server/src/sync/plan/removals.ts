/** A file that was not at the path of its row. Paths are relative to the gallery. */
export interface MissingFile {
  path: string
  /** False for a file that could not be indexed: finding it again costs nothing. */
  isImage: boolean
  /** Whether the configuration leaves its path out. */
  isExcluded: boolean
  /** Mount points, with nothing mounted, that the path lies on or leads to. */
  absentMounts: readonly string[]
  /** A mount point that the path lies on where another drive may be mounted now. */
  replacedMount: string | undefined
}

export interface RemovalFacts {
  /** A user has confirmed that missing files are gone, however many they are. */
  acceptsMissing: boolean
  /** If a larger share of the files disappears at once, all are kept until a user confirms the removal. */
  maxShare: number
  /** Number of rows of the gallery; only used where `isShareLimited`. */
  known: number
  /** Number of rows below each replaced mount point. */
  knownBelow: ReadonlyMap<string, number>
  isGalleryEmpty: boolean
  /** Whether the gallery lies on another drive than before, whose files have not been found to be the same. */
  isOtherDevice: boolean
}

export interface KeptFiles {
  because: 'mount absent' | 'mount replaced' | 'gallery empty' | 'gallery replaced' | 'too many at once'
  /** Mount points that the reason refers to. */
  mounts: readonly string[]
  paths: string[]
}

export interface RemovalPlan {
  /** Paths whose rows are removed, in order. */
  forget: string[]
  keep: KeptFiles[]
}

/** Up to this many files may disappear at once from a gallery that has others left. */
const MIN_MASS_REMOVAL = 100

/** Decides which missing files to forget. The only place that weighs mounts, shares and confirmation. */
export function planRemovals(missing: readonly MissingFile[], facts: RemovalFacts): RemovalPlan {
  const excluded: string[] = []
  const gone: string[] = []
  const onAbsent: string[] = []
  const absentMounts = new Set<string>()
  const onReplaced = new Map<string, string[]>()
  for (const file of missing) {
    const isProtected = file.isImage && !facts.acceptsMissing
    if (file.isExcluded) excluded.push(file.path)
    else if (isProtected && file.absentMounts.length > 0) {
      onAbsent.push(file.path)
      for (const mount of file.absentMounts) absentMounts.add(mount)
    } else if (isProtected && file.replacedMount !== undefined) {
      const paths = onReplaced.get(file.replacedMount)
      if (paths === undefined) onReplaced.set(file.replacedMount, [file.path])
      else paths.push(file.path)
    } else gone.push(file.path)
  }
  const keep: KeptFiles[] = []
  if (onAbsent.length > 0) keep.push({ because: 'mount absent', mounts: [...absentMounts], paths: onAbsent })
  for (const [mount, paths] of onReplaced) {
    if (paths.length > facts.maxShare * (facts.knownBelow.get(mount) ?? 0))
      keep.push({ because: 'mount replaced', mounts: [mount], paths })
    else for (const path of paths) gone.push(path)
  }
  if (isMassRemoval(gone.length, { ...facts, known: facts.known - excluded.length })) {
    keep.push({ because: whyMany(facts), mounts: [], paths: gone })
    return { forget: excluded, keep }
  }
  return { forget: [...excluded, ...gone], keep }
}

function whyMany({ isGalleryEmpty, isOtherDevice }: RemovalFacts): KeptFiles['because'] {
  if (isGalleryEmpty) return 'gallery empty'
  return isOtherDevice ? 'gallery replaced' : 'too many at once'
}

function isMassRemoval(gone: number, facts: RemovalFacts): boolean {
  if (facts.acceptsMissing || gone === 0) return false
  if (facts.isGalleryEmpty) return true
  return isShareLimited(gone, facts) && gone > facts.maxShare * facts.known
}

/** Whether the share of the files that are gone matters. If not, the rows need not be counted. */
export function isShareLimited(
  gone: number,
  { isGalleryEmpty, isOtherDevice }: Pick<RemovalFacts, 'isGalleryEmpty' | 'isOtherDevice'>,
): boolean {
  return isGalleryEmpty || isOtherDevice || gone > MIN_MASS_REMOVAL
}
