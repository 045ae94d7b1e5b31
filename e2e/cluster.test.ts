import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runCluster } from './cluster/run.ts'

describe('servers and workers on one PostgreSQL database', () => {
  it('index the folder completely and answer correctly while any of them is killed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sketch-search-cluster-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const result = await runCluster({
      seed: 5,
      files: 400,
      servers: 2,
      workers: 2,
      kills: 2,
      restarts: 1,
      msPerImage: 10,
      directory,
    })
    expect(result).toMatchObject({ missing: [], surplus: [], unembedded: 0, failed: 0, eventsLost: 0 })
    expect(result.client.wrong).toEqual([])
    expect(result.client.answers).toBeGreaterThan(50)
    expect(result.takeovers.length).toBeGreaterThan(0)
    // The limit grows with the time that other processes take to start at the same time.
    expect(Math.max(...result.takeovers)).toBeLessThan(5 + 4 * result.slowestStart)
    // Only images that were in progress when a process or the database ended may be embedded once more.
    expect(result.excess).toBeLessThan(200)
  })
})
