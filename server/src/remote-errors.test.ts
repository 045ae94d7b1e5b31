import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { askServer } from './commands/remote-server.ts'
import { openRemoteGallery } from './gallery/remote/remote-gallery.ts'
import { listen } from './http/listen.ts'
import { certificateProblem, keyAdvice } from './remote-errors.ts'
import { configFor, startApp } from './testing/app.ts'
import { startTeam } from './testing/team.ts'
import { temporaryDirectory } from './testing/temporary.ts'

const fixture = (name: string) =>
  readFileSync(new URL(`./testing/fixtures/mail-server.${name}`, import.meta.url), 'utf8')

it('a server with a certificate of its own is named with the variable that makes it trusted', async () => {
  const server = createServer({ key: fixture('key'), cert: fixture('crt') })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const expected = `The server at ${url} can't be trusted: its certificate is self-signed, or signed by a CA that this machine does not trust. If it has a CA of its own, set NODE_EXTRA_CA_CERTS to a PEM file with the certificate of that CA.`
  await expect(askServer({ url }, 'api/images', 'the search')).rejects.toThrow(expected)
  await expect(openRemoteGallery(url, undefined).check()).rejects.toThrow(expected)
})

it('a missing key, a wrong one and one with a low role have different remedies', async () => {
  const { app } = await startTeam()
  const server = await listen(app.http, '127.0.0.1', 0)
  onTestFinished(() => server.close())
  const refusal = (apiKey: string | undefined) =>
    expect(openRemoteGallery(server.url, apiKey).check()).rejects
  await refusal(undefined).toThrow('Set SKETCH_SEARCH_API_KEY to an API key with the role editor.')
  await refusal('wrong').toThrow(
    'The key in SKETCH_SEARCH_API_KEY is not valid: it is mistyped, revoked or of another server.',
  )
  expect(keyAdvice({ status: 403, code: 'forbidden' }, 'key', 'editor')).toContain('needs the role editor')
  expect(keyAdvice({ status: 403, code: 'unknown_host' }, 'key', 'editor')).toBe('')
})

it('the server of a worker is asked before the model is loaded', async () => {
  let isLoaded = false
  const galleryServer = { url: 'http://127.0.0.1:1' }
  const starting = startApp(await configFor(await temporaryDirectory()), {
    galleryServer,
    openEmbedder() {
      isLoaded = true
      throw new Error('loaded')
    },
  })
  await expect(starting).rejects.toThrow('The server at http://127.0.0.1:1 does not answer')
  expect(isLoaded).toBe(false)
})

it.each([
  ['CERT_HAS_EXPIRED', 'certificate has expired', 'has expired'],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    "Hostname/IP does not match certificate's altnames: …",
    'another host name',
  ],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', 'does not trust'],
  ['ESOCKET', 'self-signed certificate; if the root CA is installed locally, try …', 'self-signed'],
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1', undefined],
  ['EENVELOPE', 'Can’t send mail: 550 message not trusted', undefined],
])('explains %s', (code, message, expected) => {
  const problem = certificateProblem(Object.assign(new Error(message), { code }))
  if (expected === undefined) expect(problem).toBeUndefined()
  else expect(problem).toContain(expected)
})
