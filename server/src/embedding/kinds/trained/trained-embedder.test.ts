import { statSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../../../testing/temporary.ts'
import type { ImageBatch } from '../../embedder.ts'
import { createTrainedEmbedder } from './trained-embedder.ts'
import { TRAINED_MODEL } from './trained-model.ts'

const SHAPES = {
  circle: '<circle cx="50" cy="50" r="32"/>',
  square: '<rect x="20" y="20" width="60" height="60"/>',
  triangle: '<path d="M50 16 84 80H16z"/>',
  star: '<path d="m50 12 11 26 28 2-21 18 7 28-25-15-25 15 7-28-21-18 28-2z"/>',
  stroke: '<path d="M10 45h80v10H10z"/>',
}
const SHEET = '<rect width="100" height="100" fill="#fff"/>'
/** Sky over grass, as a background of the shape. */
const GROUND = '<rect width="100" height="70" fill="#9cf"/><rect y="70" width="100" height="30" fill="#596"/>'

async function batchOf(pictures: string[], side: number): Promise<ImageBatch> {
  const data = new Float32Array(pictures.length * side * side * 3)
  for (const [n, content] of pictures.entries()) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 100 100">${content}</svg>`
    const pixels = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer()
    data.set(
      Float32Array.from(pixels, (value) => value / 255),
      n * side * side * 3,
    )
  }
  return { data, count: pictures.length, height: side, width: side }
}

async function openTrained() {
  return createTrainedEmbedder({
    cacheDirectory: await temporaryDirectory(),
    device: 'cpu',
    threads: 1,
    fingerprint: 'test',
    log: () => {},
    warn: () => {},
    progress: () => {},
  })
}

describe('the included model', () => {
  it('is small', () => {
    const sizes = Object.values(TRAINED_MODEL).map((file) => statSync(file).size)
    expect(sizes[0]! + sizes[1]!).toBeLessThan(15e6)
  })

  it('finds a coloured shape by its drawn outline; a picture has a score of 1 with itself', async () => {
    const embedder = await openTrained()
    const side = embedder.inputSize!.width
    const { dimensions } = embedder
    const photos = Object.values(SHAPES).map((shape) => `${GROUND}<g fill="#b33">${shape}</g>`)
    const drawings = Object.values(SHAPES).map(
      (shape) => `${SHEET}<g fill="none" stroke="#000" stroke-width="2">${shape}</g>`,
    )
    const [ofPhotos, ofDrawings] = await Promise.all([
      embedder.embed(await batchOf(photos, side), 'photo'),
      embedder.embed(await batchOf(drawings, side), 'sketch'),
    ])
    await embedder.close?.()
    const vector = (vectors: Float32Array, n: number) =>
      vectors.subarray(n * dimensions, (n + 1) * dimensions)
    const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, d) => sum + value * b[d]!, 0)
    const names = Object.keys(SHAPES)
    const nearest = (query: Float32Array, among: Float32Array) => {
      const scores = names.map((_, n) => cosine(query, vector(among, n)))
      return names[scores.indexOf(Math.max(...scores))]
    }
    expect(names.map((_, n) => nearest(vector(ofDrawings, n), ofPhotos))).toEqual(names)
    for (const n of names.keys()) {
      expect(cosine(vector(ofPhotos, n), vector(ofPhotos, n))).toBeCloseTo(1, 4)
    }
  })

  it('gives the same vector alone and in a batch', async () => {
    const embedder = await openTrained()
    const side = embedder.inputSize!.width
    const pictures = Object.values(SHAPES).map((shape) => GROUND + shape)
    const together = await embedder.embed(await batchOf(pictures, side), 'photo')
    const single = await embedder.embed(await batchOf(pictures.slice(2, 3), side), 'photo')
    await embedder.close?.()
    for (const [d, value] of single.entries())
      expect(value).toBeCloseTo(together[2 * embedder.dimensions + d]!, 4)
  })
})
