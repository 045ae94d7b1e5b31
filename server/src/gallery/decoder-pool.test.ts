import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import type { DecodedImage } from './decode.ts'
import { createDecoderPool, type DecoderPoolOptions } from './decoder-pool.ts'

const MIN_SIZE = { width: 64, height: 64 }

async function poolOf(settings: DecoderPoolOptions = {}) {
  const pool = createDecoderPool(
    {
      root: await temporaryDirectory(),
      walk: { recursive: true, excluded: [] },
      limits: { maxPixels: 64_000_000, maxFileBytes: 100_000_000 },
      inputSize: MIN_SIZE,
      thumbnailDirectory: await temporaryDirectory(),
      thumbnailSize: [64, 64],
    },
    settings,
  )
  onTestFinished(() => pool.close())
  return pool
}

function plainGif(side: number): Promise<Buffer> {
  return sharp({ create: { width: side, height: side, channels: 3, background: '#c02010' } })
    .gif({ effort: 1 })
    .toBuffer()
}

function decode(bytes: Uint8Array) {
  return { method: 'decode', bytes, minSize: MIN_SIZE } as const
}

/** The processes of this test that decode images, by their parent. */
function decoderProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      try {
        const parent = Number(readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1]!.split(' ')[1])
        return (
          parent === process.pid && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('decoder-process')
        )
      } catch {
        // It has ended meanwhile.
        return false
      }
    })
}

const small = await plainGif(80)
const large = await plainGif(5000)

/** A lossy WebP of 24 megapixels whose container is valid and whose pixels end early. */
async function heavyDamagedWebp(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const
  const tile = await sharp({ create: { width: 512, height: 512, channels: 3, background: '#000', noise } })
    .png()
    .toBuffer()
  const whole = await sharp({ create: { width: 6000, height: 4000, channels: 3, background: '#c02010' } })
    .composite([{ input: tile, left: 5000, top: 3000 }])
    .webp({ quality: 60, effort: 0 })
    .toBuffer()
  const start = whole.indexOf('VP8 ')
  const kept = whole.subarray(0, start + 8 + Math.floor(((whole.length - start - 8) * 0.9) / 2) * 2)
  const damaged = Buffer.from(kept)
  damaged.writeUInt32LE(damaged.length - 8, 4)
  damaged.writeUInt32LE(damaged.length - start - 8, start + 4)
  return damaged
}

describe('the decoder processes', () => {
  it('do not wait for their own turn when they try to save a large damaged image', {
    timeout: 60_000,
  }, async () => {
    const pool = await poolOf()
    const damaged = await heavyDamagedWebp()
    const jobs = [damaged, large].map((bytes) => pool.run(decode(bytes), 'query') as Promise<DecodedImage>)
    const [first, second] = await Promise.allSettled(jobs)
    expect(second).toMatchObject({ status: 'fulfilled', value: { width: 5000 } })
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'image_unreadable' } })
  })

  it('reject images at once while too many wait', async () => {
    const pool = await poolOf()
    const outcomes = Promise.allSettled(Array.from({ length: 1_200 }, () => pool.run(decode(small), 'query')))
    await pool.run(decode(small), 'bulk')
    pool.close()
    const reasons = (await outcomes).flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    )
    const rejected = reasons.filter((reason) => reason.code === 'unavailable')
    const decoders = Math.min(4, availableParallelism())
    expect(rejected).toHaveLength(1_200 - 1_024 - decoders)
    expect(rejected[0]).toMatchObject({ message: 'Too many images wait to be decoded.', retryAfterS: 5 })
  })

  it('decode images and return their pixels', async () => {
    const pool = await poolOf()
    const decoded = (await pool.run(decode(small), 'bulk')) as DecodedImage
    expect(decoded).toMatchObject({ width: 80, height: 80, contentType: 'image/gif' })
    const [red, green, blue] = decoded.image.data
    expect(Math.max(Math.abs(red! - 0xc0), Math.abs(green! - 0x20), Math.abs(blue! - 0x10))).toBeLessThan(8)
  })

  it.runIf(process.platform === 'linux')('are killed at their time limit, and others continue', async () => {
    const pool = await poolOf({ timeoutMs: 3000 })
    await pool.run(decode(small), 'bulk')
    const [hanging] = decoderProcesses()
    process.kill(hanging!, 'SIGSTOP')
    const bad = pool.run(decode(small), 'bulk')
    const good = pool.run(decode(small), 'query')
    await expect(bad).rejects.toMatchObject({
      code: 'image_unreadable',
      message: "The image can't be read: decoding takes longer than 3 seconds.",
    })
    expect(await good).toMatchObject({ width: 80 })
    expect(await pool.run(decode(small), 'bulk')).toMatchObject({ width: 80 })
    await expect.poll(decoderProcesses).not.toContain(hanging)
  })

  it.runIf(process.platform === 'linux')('are killed at their memory limit', async () => {
    const pool = await poolOf({ memoryBytes: 120 * 1024 ** 2 })
    await expect(pool.run(decode(large), 'bulk')).rejects.toMatchObject({
      code: 'image_unreadable',
      message: /more than 120 MiB of memory/,
    })
  })

  it.runIf(process.platform === 'linux')(
    'that die are replaced, and the image is decoded again',
    async () => {
      const pool = await poolOf()
      await pool.run(decode(small), 'bulk')
      const decoding = pool.run(decode(large), 'bulk')
      await expect.poll(() => decoderProcesses().length).toBe(1)
      const [first] = decoderProcesses()
      process.kill(first!, 'SIGKILL')
      expect(await decoding).toMatchObject({ width: 5000 })
      expect(decoderProcesses()).not.toContain(first)
    },
  )

  it.runIf(process.platform === 'linux')('end when idle, and at once when the server stops', async () => {
    const pool = await poolOf({ idleMs: 100 })
    await pool.run(decode(small), 'bulk')
    await expect.poll(() => decoderProcesses()).toEqual([])
    const stopped = expect(pool.run(decode(large), 'bulk')).rejects.toThrow(/stopping|closed/)
    await expect.poll(() => decoderProcesses().length).toBe(1)
    pool.close()
    await stopped
    await expect.poll(() => decoderProcesses()).toEqual([])
  })

  it('give each failure the reason of its own file', async () => {
    const pool = await poolOf()
    const png = await sharp(large).resize(200).png().toBuffer()
    const jpeg = await sharp(large).resize(200).jpeg().toBuffer()
    const files = [png.subarray(0, 40), jpeg.subarray(0, 300), small.subarray(0, 20), Buffer.from('no image')]
    const reasons = await Promise.all(
      files.map((bytes) => pool.run(decode(bytes), 'query').then(String, (error: Error) => error.message)),
    )
    for (const [n, word] of [
      /png|header|end/i,
      /the file ends before/,
      /palette|picture|header/,
      /not an image/,
    ].entries()) {
      expect(reasons[n]).toMatch(word)
      expect(reasons[n]!.length).toBeLessThanOrEqual(200)
    }
    expect(reasons[0]).not.toMatch(/jpeg|gif/i)
    expect(reasons[1]).not.toMatch(/png|gif/i)
  })
})
