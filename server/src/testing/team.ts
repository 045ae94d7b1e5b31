import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Role } from '../accounts/accounts.ts'
import type { App } from '../app/compose.ts'
import type { Challenges } from '../auth/methods/email-code/challenges.ts'
import type { EmailCodeMethod } from '../auth/methods/email-code/method.ts'
import { configFor, startApp } from './app.ts'
import { type Browser, openBrowser } from './browser.ts'
import { type MailServer, signInBy, startMailServer } from './mail-server.ts'
import { temporaryDirectory } from './temporary.ts'

/** The product with sign-in, and the mail server that receives the codes. */
export interface Team {
  app: App
  mail: MailServer
  dataDirectory: string
  gallery: string
}

export const ADMIN = 'admin@example.org'

export async function startTeam(yaml: Record<string, unknown> = {}): Promise<Team> {
  const mail = await startMailServer()
  // Tests put files beside the gallery: those of two runs at once must not meet.
  const gallery = join(await temporaryDirectory(), 'gallery')
  await mkdir(gallery)
  const config = await configFor(gallery, { ...signInBy(mail, ADMIN), ...yaml })
  const app = await startApp(config)
  return { app, mail, dataDirectory: config.data_directory, gallery }
}

/** The challenges of an app in which people sign in with codes. */
export function challengesOf(app: App): Challenges {
  return (app.auth!.method as EmailCodeMethod).challenges
}

/** A browser with a session. */
export async function signIn({ app, mail }: Team, email = ADMIN): Promise<Browser> {
  const browser = openBrowser(app.http)
  await browser.post('/api/auth/otp/start', { email })
  const verified = await browser.post('/api/auth/otp/verify', { code: await mail.codeFor(email) })
  expect(verified.status).toBe(200)
  return browser
}

/** A browser with the session of a new user of a role. */
export async function signInAs(team: Team, role: Role): Promise<Browser> {
  const email = `${role}@example.org`
  if (role !== 'admin') await team.app.auth!.users.add(email, role)
  return signIn(team, email)
}
