import { domainToASCII } from 'node:url'

export const MAX_EMAIL_LENGTH = 254

/** An address alone or behind a name (`Anna <anna@example.org>`). The domain needs no dot. */
const ADDRESS =
  /^(?:[^<>\p{Cc}]*<)?([^\s<>()[\],;:\\"@\p{Cc}]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?)>?$/u

/**
 * @returns the address without a name, in lower case, with an international domain as the DNS has it, which some browsers send; undefined
 * if the text is no address
 */
export function parseEmail(text: string): string | undefined {
  const [, address] = ADDRESS.exec(text.trim()) ?? []
  const isBalanced = text.includes('<') === text.includes('>')
  if (address === undefined || !isBalanced || address.length > MAX_EMAIL_LENGTH || address.includes('..'))
    return undefined
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  const ascii = /[^ -~]/.test(domain) ? domainToASCII(domain) : domain
  return ascii === '' ? undefined : `${address.slice(0, at)}@${ascii}`.toLowerCase()
}
