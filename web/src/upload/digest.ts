import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/**
 * The SHA-256 of a file, in hexadecimal. The file is read part by part, however large it is; `crypto.subtle` takes it as a whole, and
 * is missing from pages that are loaded without TLS.
 */
export async function sha256Of(file: Blob): Promise<string> {
  const hash = sha256.create()
  const reader = file.stream().getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) hash.update(part.value)
  return bytesToHex(hash.digest())
}
