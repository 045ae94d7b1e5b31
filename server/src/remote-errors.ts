import { messageOf } from './errors.ts'

/** Codes of Node.js for certificates, with what is wrong. */
const CERTIFICATE_PROBLEMS: [RegExp, string][] = [
  [
    /self[- _]signed|SELF_SIGNED_CERT/i,
    'its certificate is self-signed, or signed by a CA that this machine does not trust',
  ],
  [
    /unable to (get|verify)|UNABLE_TO_|CERT_UNTRUSTED|not trusted/i,
    'its certificate is signed by a CA that this machine does not trust',
  ],
  [/certificate has expired|CERT_HAS_EXPIRED/i, 'its certificate has expired'],
  [/not yet valid|CERT_NOT_YET_VALID/i, 'its certificate is not valid yet'],
  [/altnames|ERR_TLS_CERT_ALTNAME_INVALID/i, 'its certificate is for another host name'],
]

/** The error of the connection, which `fetch` wraps. */
export function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error
}

/** Describes why a server's certificate is refused, without the hints of Node.js. @returns undefined for any other error */
export function certificateProblem(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const text = `${code} ${messageOf(error)}`
  // Servers describe their own problems in words that may be similar.
  if (!/cert|self[- _]signed|UNABLE_TO_/i.test(text)) return undefined
  return CERTIFICATE_PROBLEMS.find(([pattern]) => pattern.test(text))?.[1]
}

/**
 * The error for a server of Sketch-Search that did not answer.
 * @param server its address @param error as `fetch` throws it
 */
export function unansweredBy(server: string, error: unknown): string {
  const cause = causeOf(error)
  const problem = certificateProblem(cause)
  if (problem === undefined) return `The server at ${server} does not answer: ${messageOf(cause)}.`
  return `The server at ${server} can't be trusted: ${problem}. If it has a CA of its own, set NODE_EXTRA_CA_CERTS to a PEM file with the certificate of that CA.`
}

/**
 * The remedy if a server refuses a request for lack of a key or of its role; empty for other reasons.
 * @param code of the response @param role that the request needs
 */
export function keyAdvice(
  { status, code }: { status: number; code: string | undefined },
  apiKey: string | undefined,
  role: string,
): string {
  if (status === 403 && code === 'forbidden')
    return ` The key in SKETCH_SEARCH_API_KEY needs the role ${role}.`
  if (status !== 401) return ''
  return apiKey === undefined || apiKey === ''
    ? ` Set SKETCH_SEARCH_API_KEY to an API key with the role ${role}.`
    : ' The key in SKETCH_SEARCH_API_KEY is not valid: it is mistyped, revoked or of another server.'
}
