import type { Router } from '../http/routing.ts'

/** Acts as a browser for the API: it keeps cookies and sends the origin of its requests. */
export interface Browser {
  readonly cookies: Map<string, string>
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  get(path: string): Promise<Response>
  post(path: string, body?: unknown): Promise<Response>
}

export function openBrowser(http: Pick<Router, 'request'>): Browser {
  const cookies = new Map<string, string>()
  const browser: Browser = {
    cookies,
    async request(method, path, body, headers = {}) {
      const response = await http.request(`http://localhost${path}`, {
        method,
        headers: {
          host: 'localhost',
          'sec-fetch-site': 'same-origin',
          ...(cookies.size > 0 && {
            cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = '', ...attributes] = cookie.split('; ')
        const name = pair.slice(0, pair.indexOf('='))
        const isOver = attributes.some((attribute) => attribute.toLowerCase() === 'max-age=0')
        if (isOver) cookies.delete(name)
        else cookies.set(name, pair.slice(name.length + 1))
      }
      return response
    },
    get: (path) => browser.request('GET', path),
    post: (path, body) => browser.request('POST', path, body),
  }
  return browser
}
