import type { MailServer } from '../../server/src/testing/mail-server.ts'

export interface ListedImage {
  id: string
  path: string
}

/** A signed-in person with the cookies of a browser. */
export interface Member {
  get<T>(path: string): Promise<T>
  post(path: string, body: object): Promise<unknown>
  delete(path: string): Promise<unknown>
  send(method: string, path: string, body?: FormData | string): Promise<unknown>
  /** All images. */
  images(): Promise<{ images: ListedImage[] }>
  /** The header with the cookies. */
  cookies(): string
  /** The same person at another address. */
  at(url: string): Member
}

/** Signs in with a code sent by e-mail. */
export async function signIn(url: string, email: string, mail: MailServer): Promise<Member> {
  const member = memberAt(url, new Map())
  await member.post('/api/auth/otp/start', { email })
  await member.post('/api/auth/otp/verify', { code: await mail.codeFor(email) })
  return member
}

const PAGE = 500

function memberAt(url: string, cookies: Map<string, string>): Member {
  const header = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  async function send(method: string, path: string, body?: FormData | string): Promise<unknown> {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        cookie: header(),
        origin: new URL(url).origin,
        ...(typeof body === 'string' && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
      cookies.set(name!, value!)
    }
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  const member: Member = {
    get: async <T>(path: string) => (await send('GET', path)) as T,
    post: (path, body) => send('POST', path, JSON.stringify(body)),
    delete: (path) => send('DELETE', path),
    send,
    async images() {
      const images: ListedImage[] = []
      for (let page = 1; ; page++) {
        const found = (await send('GET', `/api/images?page=${page}&items_per_page=${PAGE}`)) as {
          images: ListedImage[]
        }
        images.push(...found.images)
        if (found.images.length < PAGE) return { images }
      }
    },
    cookies: header,
    at: (other) => memberAt(other, cookies),
  }
  return member
}
