import { withUsers } from '../admin/users.ts'
import type { Catalog, Collection } from '../catalog/catalog.ts'
import type { Config } from '../config/schema.ts'
import { parseEmail } from '../contract/email.ts'
import { DomainError } from '../errors.ts'

const PAGE_SIZE = 500

/**
 * Returns the id of a user; without an address, the empty id, which only sees shared collections. @throws {DomainError}
 * `user_not_found`
 */
export async function ownerNamed(config: Config, email: string | undefined): Promise<string> {
  if (email === undefined) return ''
  const user = await withUsers(config, (users) => users.getByEmail(parseEmail(email) ?? email))
  if (user === undefined) throw new DomainError('user_not_found', `There is no user ${email}.`)
  return user.id
}

/** All collections that a user sees, by name. */
export async function visibleCollections(catalog: Catalog, ownerId: string): Promise<Collection[]> {
  const all: Collection[] = []
  for (;;) {
    const { collections } = await catalog.collections.list({ ownerId, offset: all.length, limit: PAGE_SIZE })
    if (collections.length === 0) return all
    all.push(...collections)
  }
}

/** @throws {DomainError} `collection_not_found`; `invalid_request` if several have the name */
export async function collectionNamed(catalog: Catalog, ownerId: string, name: string): Promise<Collection> {
  const all = await visibleCollections(catalog, ownerId)
  const found = all.filter((one) => one.id === name || one.name === name)
  if (found.length === 1) return found[0]!
  const quoted = JSON.stringify(name)
  if (found.length === 0) throw new DomainError('collection_not_found', `There is no collection ${quoted}.`)
  const ids = found.map(({ id }) => id).join(', ')
  throw new DomainError(
    'invalid_request',
    `Several collections are named ${quoted}. Give one of the ids ${ids}.`,
  )
}
