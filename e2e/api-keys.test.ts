import { describe } from 'vitest'
import { itUsesApiKeys } from './support/api-keys.ts'
import { useTeamGallery } from './support/team.ts'

const team = useTeamGallery()

describe('a search of the gallery of a server', () => {
  itUsesApiKeys('the embedded database', team, async () => ({}))
})
