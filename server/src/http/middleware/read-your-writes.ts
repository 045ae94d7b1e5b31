import type { Context, MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { HttpEnv } from '../../contract/routes.ts'

/** For reads that replicas may serve with a short delay. */
export interface ReadPositions {
  /** Makes every read in `work` see all writes up to a position. */
  at<T>(position: string | undefined, work: () => T): T
  /** undefined where everything can be read at once. */
  position(): Promise<string | undefined>
}

const COOKIE = 'sketch-search-position'
/** For clients without cookies: the response to a change contains it, and a request may repeat it. */
const HEADER = 'Sketch-Search-Position'
/** Longer than the maximum lag of the standby servers in use. */
const COOKIE_MAX_AGE_S = 30
const READING = ['GET', 'HEAD', 'OPTIONS']
/** Requests with a body that change nothing, and are frequent. */
const SEARCHING = /^\/api\/(images\/(search|similarity-search|search-by-image|[^/]+\/match)|export)\/?$/

/** A client that has changed something reads its change with the next request, on any server. */
export function readYourWrites(
  reads: ReadPositions,
  isSecure: (context: Context<HttpEnv>) => boolean,
): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const seen = context.req.header(HEADER) ?? getCookie(context, COOKIE)
    await reads.at(seen, next)
    const { method, path } = context.req
    const isChange =
      context.get('neededRole') !== undefined && !READING.includes(method) && !SEARCHING.test(path)
    if (!isChange || !context.res.ok) return
    // The change has been made, whether or not the database can be asked once more.
    const position = await reads.position().catch(() => undefined)
    if (position === undefined) return
    context.header(HEADER, position)
    setCookie(context, COOKIE, position, {
      path: '/',
      httpOnly: true,
      sameSite: 'Lax',
      secure: isSecure(context),
      maxAge: COOKIE_MAX_AGE_S,
    })
  }
}
