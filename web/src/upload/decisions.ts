import type { Image, OnConflict } from '../api/client.ts'

/** Why a file is not added before the user has decided. */
export type Question =
  /** The folder has another file of this name. @param existing undefined if it is no picture of the index */
  | { kind: 'taken'; existing: Image | undefined }
  /** The gallery, or its trash alone, has the same bytes. */
  | { kind: 'known'; images: readonly Image[] }

/** `keep_both` adds a file that the gallery has already once more. */
export type Decision = Extract<OnConflict, 'keep_both' | 'replace'> | 'skip'

/** Decisions that hold for all later files with the same question. */
export type StandingDecisions = Map<Question['kind'], Decision>
