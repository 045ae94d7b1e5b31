import type { PageChange } from '../state/address.ts'

/** All pictures of the gallery: no folder, no collection and no other part of it. */
export const ALL: PageChange = {
  show: undefined,
  collection: undefined,
  directory: undefined,
  isRecent: false,
  copiesOf: undefined,
}
