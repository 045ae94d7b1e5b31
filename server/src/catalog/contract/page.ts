/** A section of a longer list. */
export interface Page {
  offset: number
  limit: number
}
