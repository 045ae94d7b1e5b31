import { describe } from 'vitest'
import { listen } from '../../http/listen.ts'
import { configFor, indexAll, startApp } from '../app.ts'
import { signInBy, startMailServer } from '../mail-server.ts'
import { type OnEnd, onceForAll, temporaryDirectory } from '../temporary.ts'
import { openClient } from './client.ts'
import { openChecks } from './open.ts'
import { otpChecks } from './otp.ts'

type Keys = Record<string, unknown>

/**
 * Checks the HTTP contract of the reference implementation from outside, without sign-in and with one-time codes.
 * @param database keys of the configuration for a new database
 */
export function describeConformance(database: (onEnd: OnEnd) => Promise<Keys>): void {
  describe('without sign-in', () => {
    const world = onceForAll(async (onEnd) => {
      const gallery = await temporaryDirectory(onEnd)
      return { client: openClient(await serve(gallery, await database(onEnd), onEnd)), gallery }
    })
    openChecks(world)
  })

  describe('with one-time codes', () => {
    const admin = 'admin@example.org'
    const world = onceForAll(async (onEnd) => {
      const mail = await startMailServer({}, onEnd)
      const keys = { ...(await database(onEnd)), ...signInBy(mail, admin) }
      return { url: await serve(await temporaryDirectory(onEnd), keys, onEnd), admin, mail }
    })
    otpChecks(world)
  })
}

async function serve(gallery: string, keys: Keys, onEnd: OnEnd): Promise<string> {
  const app = await startApp(await configFor(gallery, keys, onEnd), {}, onEnd)
  await app.start()
  await indexAll(app)
  const server = await listen(app.http, '127.0.0.1', 0)
  onEnd(() => server.close())
  return server.url
}
