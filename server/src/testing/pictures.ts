import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import sharp from 'sharp'

/** Draws a picture with a shape on it, different for each number; PNG unless the format is given. */
export function picture(n: number, format: 'png' | 'jpeg' | 'webp' = 'png'): Promise<Buffer> {
  const hue = (n * 47) % 360
  const x = 20 + ((n * 31) % 80)
  const y = 20 + ((n * 17) % 60)
  const side = 24 + ((n * 13) % 40)
  const shape =
    n % 2 === 0
      ? `<circle cx="${x}" cy="${y}" r="${side / 2}" fill="hsl(${hue} 70% 40%)"/>`
      : `<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="hsl(${hue} 70% 40%)"/>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="140" height="100"><rect width="140" height="100" fill="hsl(${hue + 120} 30% 85%)"/>${shape}</svg>`
  return sharp(Buffer.from(svg)).toFormat(format).toBuffer()
}

/** A drawing of a circle in black on white, as a person would send it. */
export function circleSketch(): Promise<Buffer> {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#fff"/><circle cx="120" cy="130" r="70" fill="none" stroke="#111" stroke-width="5"/></svg>'
  return sharp(Buffer.from(svg)).png().toBuffer()
}

const LONG_AGO = new Date('2020-01-02T03:04:05Z')

/** Writes a file that has been there for long, so that nothing waits for it to settle. */
export async function writeSettled(
  file: string,
  bytes: Uint8Array | string,
  modifiedAt = LONG_AGO,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
  await utimes(file, modifiedAt, modifiedAt)
}
