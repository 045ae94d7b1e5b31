import type { SignIn } from '../auth/sign-in-method.ts'
import type { Handlers } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import type { sessionContract } from './contract/session.ts'

/** @param signIn undefined: without sign-in, every client is admin */
export function sessionHandlers(signIn: SignIn | undefined): Handlers<typeof sessionContract> {
  return {
    async get(context) {
      context.header('Cache-Control', 'no-store')
      if ((await signIn?.method.isInProgress(context)) === true)
        return context.json({ state: 'challenge_issued' as const }, 200)
      const role = context.get('role')
      if (role === undefined) return context.json({ state: 'anonymous' as const }, 200)
      return context.json({ state: 'authenticated' as const, role }, 200)
    },
    account(context) {
      context.header('Cache-Control', 'no-store')
      const { email, role } = context.var
      if (role === undefined) throw new DomainError('not_signed_in', 'Authentication required')
      return context.json({ email: email ?? null, role }, 200)
    },
    async logout(context) {
      await signIn?.sessions.end(context)
      signIn?.method.cancel(context)
      // Deletes the images that the browser has cached.
      context.header('Clear-Site-Data', '"cache"')
      return context.json({ state: 'anonymous' as const }, 200)
    },
  }
}
