import { describe, expect, it } from 'vitest'
import { soak } from './soak/soak.ts'

describe('the index of a folder under random changes', () => {
  it('equals the folder whenever it has settled, also after kills of the server', async () => {
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
