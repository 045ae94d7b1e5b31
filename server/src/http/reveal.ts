import type { Context } from 'hono'
import { networkMatcher } from '../addresses.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { Handlers } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import type { Reveal } from '../images/reveal.ts'
import type { revealContract } from './contract/reveal.ts'
import type { Client } from './middleware/client-address.ts'
import { findImage } from './requests.ts'

const isLoopback = networkMatcher(['127.0.0.0/8', '::1'])
/** Headers of proxies: the client may be on another machine. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']

export interface RevealAccess {
  /** undefined unless `open_in_file_manager` is on and nobody signs in. */
  reveal: Reveal | undefined
  readClient: (context: Context) => Client
}

/** Whether a request may open a file manager: it would appear on the screen of this machine. */
export function mayReveal(context: Context, { reveal, readClient }: RevealAccess): boolean {
  if (reveal === undefined || !isLoopback(readClient(context).address)) return false
  return FORWARDING.every((header) => context.req.header(header) === undefined)
}

export function revealHandlers(
  options: RevealAccess & { catalog: Catalog },
): Handlers<typeof revealContract> {
  return {
    async reveal(context) {
      const { reveal, catalog } = options
      if (reveal === undefined || !mayReveal(context, options))
        throw new DomainError(
          'forbidden',
          'The file manager opens only for people at this machine, without sign-in, and if open_in_file_manager is on.',
        )
      await reveal(await findImage(catalog, context.req.valid('param').image_id))
      return context.json({ status: 'success' as const }, 200)
    },
  }
}
