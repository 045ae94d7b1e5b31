import { describe } from 'vitest'
import { itSignsIn, useTeamGallery } from './support/team.ts'

useTeamGallery()

describe('a team', () => {
  itSignsIn('the embedded database', async () => ({}))
})
