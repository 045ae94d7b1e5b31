import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { openGalleryFile } from './open-file.ts'

const RULES = { recursive: true, excluded: [] }

async function contentOf(root: string, path: string): Promise<string | undefined> {
  const file = await openGalleryFile(root, path, RULES)
  try {
    return await file?.readFile('utf8')
  } finally {
    await file?.close()
  }
}

describe('a file of the gallery', () => {
  it('is opened, also through a link inside the gallery', async () => {
    const root = await temporaryDirectory()
    await mkdir(join(root, 'folder'))
    await writeFile(join(root, 'folder/a.png'), 'inside')
    await symlink(join(root, 'folder/a.png'), join(root, 'b.png'))
    expect(await contentOf(root, 'folder/a.png')).toBe('inside')
    expect(await contentOf(root, 'b.png')).toBe('inside')
    expect(await contentOf(root, 'folder')).toBeUndefined()
    expect(await contentOf(root, 'nowhere.png')).toBeUndefined()
  })

  it('is never outside it, even while links replace the file and its folder', async () => {
    const root = await temporaryDirectory()
    const outside = await temporaryDirectory()
    await writeFile(join(outside, 'a.png'), 'secret')
    await mkdir(join(root, 'real'))
    await writeFile(join(root, 'real/a.png'), 'inside')
    await symlink(outside, join(root, 'link'))
    let isDone = false
    const swap = async () => {
      for (let n = 0; !isDone; n++) {
        await rename(join(root, 'real'), join(root, 'folder'))
        await sleep(n % 3)
        await rename(join(root, 'folder'), join(root, 'real'))
        await rename(join(root, 'link'), join(root, 'folder'))
        await rename(join(root, 'folder'), join(root, 'link'))
      }
    }
    const swapping = swap()
    const seen = new Set<string | undefined>()
    for (let n = 0; n < 600 || (!seen.has('inside') && n < 20_000); n++)
      seen.add(await contentOf(root, 'folder/a.png'))
    isDone = true
    await swapping
    expect(seen).toContain('inside')
    expect(seen).not.toContain('secret')
  })
})
