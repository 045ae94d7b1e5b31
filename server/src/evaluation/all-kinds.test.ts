import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../config/load.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { onceForAll, temporaryDirectory } from '../testing/temporary.ts'
import { evaluateAllKinds } from './all-kinds.ts'

describe('every kind of query', () => {
  const folders = onceForAll(async (onEnd) => {
    const directory = await temporaryDirectory(onEnd)
    for (const path of ['gallery/a/1.png', 'gallery/a/2.png', 'queries/a/other-1.png', 'scenes/a/1.png'])
      await writeSettled(join(directory, path), await picture(1))
    return directory
  })

  it.each([
    [{ hasPairs: true, scenes: undefined }, /No sketch belongs to a photo/],
    [{ hasPairs: false, scenes: 'scenes' }, /--scenes needs at least four photos/],
    [{ hasPairs: false, scenes: 'scenes', limit: 1 }, /--limit has to be at least 2/],
    [{ hasPairs: false, scenes: 'nowhere' }, /--scenes: there is no folder/],
  ])('%j: data that do not suit the last kind are refused before the first', async (request, reason) => {
    const directory = folders()
    const config = loadConfig({ environment: {}, workingDirectory: directory })
    const started: string[] = []
    const evaluation = evaluateAllKinds(config, {
      ...request,
      gallery: join(directory, 'gallery'),
      queries: join(directory, 'queries'),
      scenes: request.scenes && join(directory, request.scenes),
      embedder: 'classical',
      onProgress: (message) => started.push(message),
      onWarning: () => {},
    })
    await expect(evaluation).rejects.toMatchObject({ message: expect.stringMatching(reason) })
    expect(started).toEqual([])
  })
})
