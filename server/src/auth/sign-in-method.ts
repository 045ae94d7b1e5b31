import type { Context } from 'hono'
import type { Users } from '../accounts/accounts.ts'
import type { ApiKeys } from '../accounts/api-keys.ts'
import type { Config } from '../config/schema.ts'
import type { Mount } from '../contract/routes.ts'
import type { Sessions } from './sessions.ts'

/** Everything that the HTTP routes need where people sign in. */
export interface SignIn {
  readonly users: Users
  readonly sessions: Sessions
  readonly keys: ApiKeys
  readonly method: SignInMethod
}

/** A way to prove one's identity. The session that follows is the same for every method. */
export interface SignInMethod {
  readonly kind: Exclude<Config['auth']['kind'], 'none'>
  /** Adds the routes of the method. They begin a session for a user who has proven their identity. */
  mount(add: Mount, sessions: Sessions): void
  /** Whether this browser has begun to sign in and can still complete it. */
  isInProgress(context: Context): Promise<boolean>
  /** Makes the browser forget a sign-in that it has begun. */
  cancel(context: Context): void
  close(): Promise<void>
}
