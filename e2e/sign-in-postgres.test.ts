import { describe } from 'vitest'
import { sharedPostgres } from '../server/src/testing/shared-postgres.ts'
import { itSignsIn, useTeamGallery } from './support/team.ts'

useTeamGallery()

describe('a team', () => {
  itSignsIn('PostgreSQL', async () => {
    const database = await sharedPostgres().createDatabase()
    return Object.fromEntries(Object.entries(database).map(([key, value]) => [`database.${key}`, value]))
  })
})
