import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { configFor } from '../testing/app.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { withUsers } from './users.ts'

it('warns of a data directory without accounts, unless an import creates them', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const gallery = join(await temporaryDirectory(), 'gallery')
  await mkdir(gallery)
  await withUsers(await configFor(gallery), async () => {}, { mayBeNew: true })
  expect(warn).not.toHaveBeenCalled()
  await withUsers(await configFor(gallery), async () => {})
  expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^No server with sign-in has used/))
})
