import type { Users } from '../accounts/accounts.ts'
import { importUsers } from '../accounts/import-users.ts'
import { removeExpired } from '../auth/expiry.ts'
import { type EmailCodeOptions, openEmailCodeMethod } from '../auth/methods/email-code/method.ts'
import { isWeakKey, sessionKey } from '../auth/session-key.ts'
import { createSessions } from '../auth/sessions.ts'
import type { SignIn } from '../auth/sign-in-method.ts'
import type { Config } from '../config/schema.ts'
import { counted } from '../counted.ts'
import { openReference } from '../database/postgres/reference.ts'
import type { Logger } from '../log.ts'
import type { Storage } from '../storage/open-storage.ts'

export interface OpenedSignIn extends SignIn {
  close(): Promise<void>
}

/**
 * Composes the accounts, their sessions and the configured method of signing in.
 * @throws {DomainError} `config_invalid` for a stored session key that is damaged
 */
export async function openSignIn(
  config: Config,
  { openAccounts, shared }: Storage,
  readClient: EmailCodeOptions['readClient'],
  log: Logger,
): Promise<OpenedSignIn> {
  if (config.auth.kind !== 'otp') throw new Error('sign-in is not configured')
  const { default_user_email: firstAdmin } = config.auth
  const { secret_key: secretKey, expires_in_s: sessionExpiresInS } = config.session
  const isWeak = secretKey !== undefined && isWeakKey(secretKey)
  if (isWeak)
    log.warn(
      'session.secret_key is a placeholder or easy to guess: a generated key is used instead. Give a random text, such as the output of "openssl rand -hex 32", or remove the key.',
    )
  const configured = isWeak ? undefined : secretKey
  const key =
    shared !== undefined && configured === undefined
      ? await shared.key('session')
      : sessionKey(configured, config.data_directory)
  const accounts = await openAccounts()
  const { users, keys, database } = accounts
  await accounts.exclusively('first admin', async () => {
    if (config.database !== undefined) await importReferenceUsers(config.database, users, log)
    if (await ensureAdmin(users, firstAdmin)) log.info(`The first admin is ${JSON.stringify(firstAdmin)}.`)
  })
  const method = openEmailCodeMethod({ config: config.auth, accounts, key, readClient, log })
  const stopRemoving = removeExpired(database, log)
  return {
    users,
    keys,
    sessions: createSessions({
      accounts,
      key,
      expiresInS: sessionExpiresInS,
      isSecure: (context) => readClient(context).isSecure,
    }),
    method,
    async close() {
      stopRemoving()
      await method.close()
      await accounts.close()
    },
  }
}

/** At the first start, takes over the users of the reference implementation from the same database. Its tables are not changed. */
async function importReferenceUsers(
  database: NonNullable<Config['database']>,
  users: Users,
  log: Logger,
): Promise<void> {
  const { total } = await users.list({}, { offset: 0, limit: 1 })
  if (total > 0) return
  const reference = openReference(database)
  try {
    const { added, notes } = await importUsers(await reference.users(), users)
    for (const note of notes) log.warn(note)
    if (added > 0)
      log.info(
        `Imported from the reference implementation: ${counted(added, 'user')}. They have to sign in again.`,
      )
  } finally {
    await reference.close()
  }
}

/**
 * Adds an admin if there is none yet, so that users can be managed.
 * @returns whether one was added
 */
async function ensureAdmin(users: Users, email: string): Promise<boolean> {
  const { total: admins } = await users.list({ role: 'admin' }, { offset: 0, limit: 1 })
  if (admins > 0) return false
  const user = await users.getByEmail(email)
  if (user === undefined) await users.add(email, 'admin')
  else await users.update(user.id, { role: 'admin' })
  return true
}
