import type { LimitsStore } from '../accounts/accounts.ts'
import type { Auth } from '../auth/auth.ts'
import { sessionKey } from '../auth/session-key.ts'
import type { Config } from '../config/schema.ts'
import type { Logger } from '../log.ts'
import type { Storage } from '../storage/open-storage.ts'

export interface SignIn {
  auth: Auth
  limitsStore: LimitsStore | undefined
  close(): Promise<void>
}

/** @throws {DomainError} `config_invalid` for a session key that everybody knows */
export async function openSignIn(
  config: Config,
  { openAccounts, shared }: Storage,
  log: Logger,
): Promise<SignIn> {
  if (config.auth.kind !== 'otp') throw new Error('nobody has to sign in')
  // Loaded only here: with what they bring along each start would take a third longer.
  const [{ createAuth, ensureAdmin }, { createMailer }] = await Promise.all([
    import('../auth/auth.ts'),
    import('../auth/methods/email-code/mailer.ts'),
  ])
  const {
    smtp,
    default_user_email: firstAdmin,
    expires_in_s: codeExpiresInS,
    max_attempts: maxAttempts,
  } = config.auth
  const { secret_key: configured } = config.session
  const key =
    shared !== undefined && configured === undefined
      ? await shared.key('session')
      : sessionKey(configured, config.data_directory)
  const { users, database, exclusively, assertReachable, limitsStore, close } = await openAccounts()
  if (await exclusively('first admin', () => ensureAdmin(users, firstAdmin)))
    log.info(`The first admin is ${JSON.stringify(firstAdmin)}.`)
  const authLog = {
    warn: (message: string) => log.warn(message),
    error: (message: string) => log.error(message),
  }
  const auth = createAuth({
    users,
    database,
    exclusively,
    assertReachable,
    key,
    codeExpiresInS,
    maxAttempts,
    sessionExpiresInS: config.session.expires_in_s,
    mailer: createMailer(smtp, authLog),
    log: authLog,
  })
  return {
    auth,
    limitsStore,
    async close() {
      await auth.close()
      await close()
    },
  }
}
