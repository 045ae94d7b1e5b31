import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openDirectories } from '../../gallery/directories.ts'
import { decodeName } from '../../gallery/file-names.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import type { ExportedImage } from './formats.ts'
import { asPaths, type PathsStyle } from './lists.ts'

const ODD = Buffer.from('caf\xe9.jpg', 'latin1')

async function listOf(paths: readonly string[], style?: PathsStyle): Promise<Buffer> {
  async function* images() {
    for (const path of paths) yield { path } as ExportedImage
  }
  const parts: Uint8Array[] = []
  for await (const part of asPaths(images(), style)) parts.push(part)
  return Buffer.concat(parts)
}

it('writes where files are on the disk, with the bytes of their names', async () => {
  const [root, phone] = [await temporaryDirectory(), await temporaryDirectory()]
  onTestFinished(openDirectories(root, [{ name: 'Phone', path: phone }]))
  const paths = ['a/1.png', 'Phone/sub/2.png', `Phone/${decodeName(ODD)}`, 'a\nb.png']
  const onDisk = [join(root, 'a/1.png'), join(phone, 'sub/2.png')]
  const odd = Buffer.concat([Buffer.from(`${phone}/`), ODD])
  expect(await listOf(paths, { root, isZeroEnded: true })).toEqual(
    Buffer.concat([Buffer.from(`${onDisk.join('\0')}\0`), odd, Buffer.from(`\0${join(root, 'a\nb.png')}\0`)]),
  )
  expect(await listOf(paths, { root })).toEqual(
    Buffer.concat([
      Buffer.from(`${onDisk.join('\n')}\n`),
      odd,
      Buffer.from(`\n${JSON.stringify(join(root, 'a\nb.png'))}\n`),
    ]),
  )
  expect((await listOf(paths)).toString()).toBe(
    `a/1.png\nPhone/sub/2.png\nPhone/${decodeName(ODD)}\n"a\\nb.png"\n`,
  )
})
