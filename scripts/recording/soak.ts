import { createHash } from 'node:crypto'
import { soak } from '../../e2e/soak/soak.ts'
import type { Recorded } from './player.ts'

const SEEDS = [1, 2, 3, 4, 5]
const OPERATIONS = 60
const KILLS = 2

/** The final tables of the soak test: which files are indexed, with which bytes, and which failed. */
export async function recordSoak(): Promise<Recorded[]> {
  const recording: Recorded[] = []
  for (const seed of SEEDS) {
    const { index, operations, kills, checks, moves } = await soak({
      seed,
      operations: OPERATIONS,
      kills: KILLS,
    })
    const images = [...index.images].map(([path, { hash }]) => `${path} ${hash}`).sort()
    const failures = [...index.failures].map(([path, hash]) => `${path} ${hash}`).sort()
    recording.push({
      name: `seed ${seed}`,
      content: {
        ...{ operations, kills, checks, moves },
        images: images.length,
        failures: failures.length,
        vectors: index.vectors.length,
        tables: createHash('sha256')
          .update(JSON.stringify([images, failures]))
          .digest('hex'),
      },
    })
  }
  return recording
}
