import { useState } from 'react'
import type { Image } from '../api/client.ts'
import { getStored, setStored } from '../components/stored.ts'

const STORED = 'not-duplicates'
/** Groups that a browser remembers; the oldest are forgotten. */
const MAX_GROUPS = 1_000
/** Characters of an id that distinguish the pictures of a gallery. */
const ID_CHARACTERS = 13

/** A group by its pictures: with another one in it, it is another group. */
function groupKey(images: readonly Image[]): string {
  return images
    .map(({ id }) => id.slice(0, ID_CHARACTERS))
    .sort()
    .join()
}

/** Groups that the user has marked as no duplicates, stored in this browser. */
export function useNotDuplicates() {
  const [keys, setKeys] = useState(() => storedKeys([]))
  const change = (next: readonly string[]) => {
    setKeys(next)
    setStored(STORED, next.join('\n'))
  }
  return {
    has: (images: readonly Image[]) => keys.includes(groupKey(images)),
    add: (images: readonly Image[]) => change([...storedKeys(keys), groupKey(images)].slice(-MAX_GROUPS)),
    remove: (images: readonly Image[]) => change(storedKeys(keys).filter((key) => key !== groupKey(images))),
  }
}

/** Read before each change, since another tab may have added groups. @param unstored returned if the browser stores nothing */
function storedKeys(unstored: readonly string[]): readonly string[] {
  return getStored(STORED)?.split('\n') ?? unstored
}
