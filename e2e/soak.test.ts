import { describe, expect, it } from 'vitest'
import { soak } from './soak/soak.ts'

describe('the index of a folder in which anything happens', () => {
  it('is what the folder is, whenever it has settled, also when the server is killed', async () => {
    const result = await soak({
      seed: 20,
      operations: 140,
      kills: 3,
      fills: 2,
      hasOtherFiles: true,
      hasHostileFiles: true,
    })
    expect(result).toMatchObject({ kills: 3 })
    expect(result.operations).toBeGreaterThanOrEqual(140)
    expect(result.checks).toBeGreaterThanOrEqual(5)
  })
})
