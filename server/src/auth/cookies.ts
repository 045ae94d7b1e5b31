import type { Context } from 'hono'
import { generateCookie, generateSignedCookie, getCookie, getSignedCookie } from 'hono/cookie'

const NAME = 'session_token'
/** Version 0.1 issued cookies of this name with the same signature (HMAC-SHA-256, base64). They stay valid until they expire. */
const NAME_0_1 = 'sketch-search.session_token'

/** The signed cookie that holds the token of a session. */
export interface SessionCookie {
  /** @returns the token; undefined without a cookie or with an invalid signature */
  read(context: Context): Promise<string | undefined>
  /** Whether the browser has sent a cookie, valid or not. */
  isPresent(context: Context): boolean
  /** @returns a value for `Set-Cookie` */
  issue(context: Context, token: string): Promise<string>
  /** @returns values for `Set-Cookie` that delete the cookies of a session that the browser has sent */
  remove(context: Context): string[]
}

export interface SessionCookieOptions {
  /** Signs the cookie. */
  key: string
  maxAgeS: number
  isSecure: (context: Context) => boolean
}

export function createSessionCookie({ key, maxAgeS, isSecure }: SessionCookieOptions): SessionCookie {
  const attributes = (context: Context) =>
    ({ path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecure(context) }) as const
  return {
    async read(context) {
      const current = await getSignedCookie(context, key, NAME)
      return current || (await getSignedCookie(context, key, NAME_0_1)) || undefined
    },
    isPresent: (context) => [NAME, NAME_0_1].some((name) => getCookie(context, name) !== undefined),
    issue: (context, token) =>
      generateSignedCookie(NAME, token, key, { ...attributes(context), maxAge: maxAgeS }),
    remove: (context) =>
      [NAME, NAME_0_1]
        .filter((name) => name === NAME || getCookie(context, name) !== undefined)
        .map((name) => generateCookie(name, '', { ...attributes(context), maxAge: 0 })),
  }
}

/** Adds a cookie to the response, unless a handler has set one of this name: it has the later state. */
export function addCookie(context: Context, cookie: string): void {
  const nameOf = (text: string) => text.slice(0, text.indexOf('='))
  const present = context.res.headers.getSetCookie().map(nameOf)
  if (!present.includes(nameOf(cookie))) context.header('Set-Cookie', cookie, { append: true })
}
