import { describe } from 'vitest'
import { sharedPostgres } from '../server/src/testing/shared-postgres.ts'
import { itUsesApiKeys } from './support/api-keys.ts'
import { useTeamGallery } from './support/team.ts'

const team = useTeamGallery()

describe('a search of the gallery of a server', () => {
  itUsesApiKeys('PostgreSQL', team, async () => {
    const database = await sharedPostgres().createDatabase()
    return Object.fromEntries(Object.entries(database).map(([key, value]) => [`database.${key}`, value]))
  })
})
