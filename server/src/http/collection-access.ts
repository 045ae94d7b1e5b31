import type { Context } from 'hono'
import type { Collection } from '../catalog/catalog.ts'
import { ROLES } from '../contract/roles.ts'
import type { HttpEnv } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import type { CollectionJson } from './contract/collections.ts'
import { ownerOf } from './requests.ts'
import { contentVersion } from './schemas.ts'

function hasRole(context: Context<HttpEnv>, needed: 'editor' | 'admin'): boolean {
  const role = context.get('role')
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

function isOwn(context: Context<HttpEnv>, { ownerId }: Collection): boolean {
  return ownerId === ownerOf(context)
}

export function canEdit(context: Context<HttpEnv>, collection: Collection): boolean {
  return isOwn(context, collection) || hasRole(context, 'editor')
}

export function canManage(context: Context<HttpEnv>, collection: Collection): boolean {
  return isOwn(context, collection) || hasRole(context, 'admin')
}

export function assertMay(isAllowed: boolean, action: string): void {
  if (!isAllowed) throw new DomainError('forbidden', `You may not ${action} this collection.`)
}

export function assertMayShare(context: Context<HttpEnv>): void {
  if (!hasRole(context, 'editor')) throw new DomainError('forbidden', 'Only editors may share a collection.')
}

/** Whether the collection can become private. For anyone but its owner, it would be gone. */
function canUnshare(context: Context<HttpEnv>, collection: Collection): boolean {
  return isOwn(context, collection) && collection.ownerId !== ''
}

export function assertMayUnshare(context: Context<HttpEnv>, collection: Collection): void {
  if (!canUnshare(context, collection))
    throw new DomainError('forbidden', 'Only the owner of a collection can make it private.')
}

export function toCollectionJson(context: Context<HttpEnv>, collection: Collection): CollectionJson {
  const { cover, search } = collection
  // A collection that was made without sign-in belongs to everyone.
  const isShared = collection.isShared || collection.ownerId === ''
  const mayShare = canManage(context, collection) && hasRole(context, 'editor')
  return {
    id: collection.id,
    name: collection.name,
    shared: isShared,
    is_own: isOwn(context, collection),
    can_edit: canEdit(context, collection),
    can_manage: canManage(context, collection),
    can_share: isShared ? canUnshare(context, collection) : mayShare,
    kind: search === undefined ? 'images' : 'search',
    search: search ?? null,
    image_count: search === undefined ? collection.images : null,
    cover_url: cover === undefined ? null : `/api/images/${cover.id}/thumbnail?v=${contentVersion(cover)}`,
    created_at: new Date(collection.createdAt).toISOString(),
    modified_at: new Date(collection.modifiedAt).toISOString(),
  }
}
