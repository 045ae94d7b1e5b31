import { DomainError } from '../../errors.ts'
import type { SpaceStore } from '../catalog.ts'
import type { SqlContext } from './context.ts'
import { deleteEmbedders, findSpace, listEmbedders, previousSpace } from './embedders.ts'
import type { ActiveSpace } from './vector-backend.ts'

/** @returns the store, and the space that the other stores search and write */
export function createSqlSpaces({
  database,
  dialect,
  vectors,
}: Pick<SqlContext, 'database' | 'dialect' | 'vectors'>): {
  spaces: SpaceStore
  space: SqlContext['space']
} {
  let active: ActiveSpace | undefined
  const spaces: SpaceStore = {
    async activate(requested) {
      active = await vectors.activate(requested)
      return { previous: await previousSpace(database, active.embedderId) }
    },

    async openFormer(requested) {
      await vectors.openFormer(requested && (await findSpace(database, requested)))
    },

    list: () => listEmbedders(database),

    async prune(name, keptFingerprint) {
      const pruned = await deleteEmbedders({ database, dialect }, name, keptFingerprint)
      await vectors.removeSpaces(pruned.ids)
      if (active?.embedder === name && active.fingerprint !== keptFingerprint) active = undefined
      return pruned.vectors
    },
  }
  return {
    spaces,
    space() {
      if (active === undefined) throw new DomainError('unavailable', 'No embedder has been chosen yet.')
      return active
    },
  }
}
