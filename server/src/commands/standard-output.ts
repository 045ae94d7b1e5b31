import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { systemCodeOf } from '../errors.ts'

/** Writes no faster than the reader reads, who may need only the beginning of a pipe. */
export async function writeToStandardOutput(body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await pipeline(Readable.from(body), process.stdout, { end: false })
  } catch (error) {
    if (systemCodeOf(error) !== 'EPIPE') throw error
  }
}
