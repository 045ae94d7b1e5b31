import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import type { Accounts } from '../accounts/accounts.ts'
import type { Role } from '../contract/roles.ts'
import { createSessionCookie } from './cookies.ts'

/** Who sends a request. Sessions are rows in the database; the browser holds a random token in a signed cookie. */
export interface Sessions {
  /** @param options.extendsSession false: the session is only read and expires as before */
  authenticate(context: Context, options?: { extendsSession?: boolean }): Promise<Identity>
  /** Signs a user in with a new session. The session that the browser had before ends. */
  begin(context: Context, userId: string): Promise<void>
  /** Signs out: the session ends on the server, also for copies of its cookie. */
  end(context: Context): Promise<void>
}

interface Identity {
  /** undefined: not signed in. */
  role: Role | undefined
  userId: string | undefined
  email: string | undefined
  /** Changed cookies as values for `Set-Cookie`; none if the browser keeps the one that it has. */
  cookies: readonly string[]
}

export interface SessionsOptions {
  accounts: Pick<Accounts, 'database' | 'run'>
  /** Signs cookies. */
  key: string
  /** A session ends when it has not been used for this long. */
  expiresInS: number
  isSecure: (context: Context) => boolean
}

const NOBODY: Identity = { role: undefined, userId: undefined, email: undefined, cookies: [] }
const TOKEN_BYTES = 24
/** A session is extended once this share of its time has passed, so that few requests write. */
const EXTEND_AFTER = 0.1

export function createSessions({ accounts, key, expiresInS, isSecure }: SessionsOptions): Sessions {
  const { database, run } = accounts
  const cookie = createSessionCookie({ key, maxAgeS: expiresInS, isSecure })
  const extendAfterMs = Math.floor(expiresInS * EXTEND_AFTER) * 1000
  const newTimes = () => {
    const now = Date.now()
    return {
      expires_at: new Date(now + expiresInS * 1000).toISOString(),
      updated_at: new Date(now).toISOString(),
    }
  }

  return {
    async authenticate(context, { extendsSession = true } = {}) {
      const token = await cookie.read(context)
      if (token === undefined)
        return cookie.isPresent(context) ? { ...NOBODY, cookies: cookie.remove(context) } : NOBODY
      const user = await run(() => find(token, extendsSession))
      if (user === undefined) return { ...NOBODY, cookies: cookie.remove(context) }
      const { isExtended, ...identity } = user
      return { ...identity, cookies: isExtended ? [await cookie.issue(context, token)] : [] }
    },

    async begin(context, userId) {
      const previous = await cookie.read(context)
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      const times = newTimes()
      await run(async () => {
        await database
          .insertInto('sessions')
          .values({
            id: randomUUID(),
            token: hashed(token),
            user_id: userId,
            ip_address: null,
            user_agent: null,
            created_at: times.updated_at,
            ...times,
          })
          .execute()
        if (previous !== undefined) await remove(previous)
      })
      context.header('Set-Cookie', await cookie.issue(context, token), { append: true })
    },

    async end(context) {
      const token = await cookie.read(context)
      if (token !== undefined) await run(() => remove(token))
      for (const removed of cookie.remove(context)) context.header('Set-Cookie', removed, { append: true })
    },
  }

  /** @returns undefined if the session has ended */
  async function find(token: string, extendsSession: boolean) {
    const session = await database
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['users.id', 'users.role', 'users.email', 'sessions.expires_at'])
      .where('sessions.token', '=', hashed(token))
      .executeTakeFirst()
    const remainingMs = session === undefined ? 0 : Date.parse(session.expires_at) - Date.now()
    if (session === undefined || remainingMs <= 0) return undefined
    const user = { role: session.role as Role, userId: session.id, email: session.email }
    const isDue = remainingMs <= expiresInS * 1000 - extendAfterMs
    if (!extendsSession || !isDue) return { ...user, isExtended: false }
    const { numUpdatedRows } = await database
      .updateTable('sessions')
      .set(newTimes())
      .where('token', '=', hashed(token))
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n ? { ...user, isExtended: true } : undefined
  }

  async function remove(token: string): Promise<void> {
    await database.deleteFrom('sessions').where('token', '=', hashed(token)).execute()
  }
}

/** A copy of the database holds no token that a cookie could be made of. */
function hashed(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
