import type { Image } from '../../catalog/catalog.ts'
import { DomainError } from '../../errors.ts'

export function changedMeanwhile({ path }: Image): DomainError {
  return new DomainError(
    'conflict',
    `${JSON.stringify(path)} was not deleted: another program has changed it meanwhile.`,
  )
}

/** The file is not in this data directory. */
export function elsewhere({ path }: Image): DomainError {
  return new DomainError(
    'conflict',
    `${JSON.stringify(path)} can be restored only through the server that deleted it: its file is in the data directory there, because its drive has no trash.`,
  )
}

export function gone(image: Image): DomainError {
  return new DomainError(
    'image_not_found',
    `The trash has no file of ${JSON.stringify(image.path)} any more.`,
  )
}
