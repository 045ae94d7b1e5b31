import sharp, { type Sharp } from 'sharp'
import { bmpSamples } from './bmp-samples.ts'
import { makeDng } from './dng.ts'
import { heifSamples } from './heif-samples.ts'
import { HEIGHT, quadrants, WIDTH } from './quadrants.ts'
import { tiffSamples } from './tiff-samples.ts'

/** Files of every format that show the test picture upright, by name. */
export async function formatSamples(): Promise<Record<string, Buffer>> {
  return {
    ...(await jpegSamples()),
    ...(await pngSamples()),
    ...(await webpSamples()),
    ...(await gifSamples()),
    ...(await tiffSamples()),
    ...bmpSamples(),
    ...(await heifSamples()),
  }
}

/** The smallest sides with which raw photos are read are larger than those of the test picture. */
const RAW_SCALE = 4

/** Raw photos that show the test picture upright, by name: developed, or by the preview in them. */
export async function rawSamples(): Promise<Record<string, Buffer>> {
  const samples: Record<string, Buffer> = {}
  for (const orientation of [1, 3, 6, 8]) {
    const sides = [RAW_SCALE * WIDTH, RAW_SCALE * HEIGHT] as const
    const [width, height] = orientation > 4 ? [sides[1], sides[0]] : sides
    const stored = sharp(await (await turned(orientation)).png().toBuffer())
    const sensor = await stored.resize(width, height, { kernel: 'nearest' }).png().toBuffer()
    const preview = await sharp(sensor).jpeg({ quality: 95 }).toBuffer()
    samples[`developed-${orientation}.dng`] = await makeDng({ sensor, orientation })
    samples[`preview-${orientation}.dng`] = await makeDng({ sensor, preview, orientation })
  }
  return samples
}

/** Returns the pixels as a turned camera stores them: EXIF orientation `n` turns them upright. */
async function turned(orientation: number): Promise<Sharp> {
  const image = quadrants()
  const undo: Record<number, () => Sharp> = {
    1: () => image,
    2: () => image.flop(),
    3: () => image.rotate(180),
    4: () => image.flip(),
    6: () => image.rotate(270),
    8: () => image.rotate(90),
  }
  const pixels = await undo[orientation]!().png().toBuffer()
  return sharp(pixels).withMetadata({ orientation })
}

async function jpegSamples(): Promise<Record<string, Buffer>> {
  const plain = await quadrants().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer()
  const samples: Record<string, Buffer> = {
    'plain.jpg': plain,
    'progressive.jpg': await quadrants().jpeg({ quality: 95, progressive: true }).toBuffer(),
    'without-end.jpg': plain.subarray(0, plain.length - 2),
    'rubbish-behind.jpg': Buffer.concat([plain, Buffer.alloc(300, 0x55)]),
  }
  for (const orientation of [2, 3, 4, 6, 8])
    samples[`turned-${orientation}.jpg`] = await (await turned(orientation)).jpeg({ quality: 95 }).toBuffer()
  return samples
}

async function pngSamples(): Promise<Record<string, Buffer>> {
  return {
    'plain.png': await quadrants().png().toBuffer(),
    'interlaced.png': await quadrants().png({ progressive: true }).toBuffer(),
    'palette.png': await quadrants().png({ palette: true }).toBuffer(),
    'sixteen.png': await quadrants().toColourspace('rgb16').png().toBuffer(),
    'turned-6.png': await (await turned(6)).png().toBuffer(),
  }
}

async function webpSamples(): Promise<Record<string, Buffer>> {
  const frames = [await quadrants().png().toBuffer(), await quadrants().negate().png().toBuffer()]
  return {
    'plain.webp': await quadrants().webp({ quality: 95 }).toBuffer(),
    'lossless.webp': await quadrants().webp({ lossless: true }).toBuffer(),
    'turned-6.webp': await (await turned(6)).webp({ quality: 95 }).toBuffer(),
    'turned-3.webp': await (await turned(3)).webp({ lossless: true }).toBuffer(),
    'animated.webp': await sharp(frames, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer(),
  }
}

async function gifSamples(): Promise<Record<string, Buffer>> {
  const frames = [await quadrants().png().toBuffer(), await quadrants().negate().png().toBuffer()]
  return {
    'plain.gif': await quadrants().gif().toBuffer(),
    'small-frame.gif': await smallFrameGif(),
    'animated.gif': await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer(),
  }
}

/** Pixels of the canvas that a small frame leaves free at each side. */
const FRAME_INSET = 8
const SCREEN_SIZE_AT = 6
const COLOUR_TABLE_AT = 13

/** A GIF whose only frame is smaller than its canvas. */
async function smallFrameGif(): Promise<Buffer> {
  const size = { width: WIDTH - 2 * FRAME_INSET, height: HEIGHT - 2 * FRAME_INSET }
  const gif = await quadrants()
    .extract({ left: FRAME_INSET, top: FRAME_INSET, ...size })
    .gif()
    .toBuffer()
  gif.writeUInt16LE(WIDTH, SCREEN_SIZE_AT)
  gif.writeUInt16LE(HEIGHT, SCREEN_SIZE_AT + 2)
  const flags = gif[SCREEN_SIZE_AT + 4]!
  const frame = Buffer.alloc(9)
  frame.write(',', 'latin1')
  frame.writeUInt16LE(size.width, 5)
  frame.writeUInt16LE(size.height, 7)
  const at = gif.indexOf(frame, flags & 0x80 ? COLOUR_TABLE_AT + 3 * 2 ** ((flags & 7) + 1) : COLOUR_TABLE_AT)
  if (at < 0) throw new Error('The GIF has no frame of the expected size')
  gif.writeUInt16LE(FRAME_INSET, at + 1)
  gif.writeUInt16LE(FRAME_INSET, at + 3)
  return gif
}
