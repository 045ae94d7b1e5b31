import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { createRandom, type Random } from './random.ts'
import { type Palette, SUBJECTS } from './subjects.ts'

const WIDTH = 480
const HEIGHT = 360

/**
 * Draws pictures of everyday things in varied colour, pose and surroundings into a gallery, one folder a kind. The same
 * numbers give the same pictures. Existing folders stay.
 */
export async function drawDemoGallery(directory: string, perSubject: number): Promise<void> {
  await mkdir(directory, { recursive: true })
  // Beside the gallery, so that a folder whose drawing is interrupted is no part of it.
  const unfinished = `${directory}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  for (const [s, [name, subject]] of Object.entries(SUBJECTS).entries()) {
    if (existsSync(join(directory, name))) continue
    const folder = join(unfinished, name)
    await mkdir(folder, { recursive: true })
    for (let n = 0; n < perSubject; n++) {
      const random = createRandom(s * 1000 + n + 1)
      const palette = paletteOf(random)
      const svg = sceneOf(random, subject(random, palette))
      const picture = sharp(Buffer.from(svg))
      const isPng = n % 8 === 0
      const bytes = await (isPng ? picture.png() : picture.jpeg({ quality: 86 })).toBuffer()
      await writeFile(
        join(folder, `${name}-${String(n + 1).padStart(2, '0')}.${isPng ? 'png' : 'jpg'}`),
        bytes,
      )
    }
    await rename(folder, join(directory, name))
  }
  await rm(unfinished, { recursive: true, force: true })
}

/** The thing, turned, mirrored and scaled, somewhere near the middle of its surroundings. */
function sceneOf(random: Random, subject: string): string {
  const scale = random.between(1.0, 1.6)
  const x = WIDTH / 2 + random.between(-1, 1) * (WIDTH / 2 - 105 * scale) * 0.6
  const y = HEIGHT / 2 + random.between(-1, 1) * Math.max(0, HEIGHT / 2 - 105 * scale)
  const turn = random.between(-10, 10)
  const mirror = random.chance(0.5) ? -1 : 1
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
    ${backgroundOf(random)}
    <g transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${turn.toFixed(1)}) scale(${(mirror * scale).toFixed(3)} ${scale.toFixed(3)})">${subject}</g>
  </svg>`
}

function paletteOf(random: Random): Palette {
  const hue = random.between(0, 360)
  const saturation = random.between(45, 85)
  return {
    main: `hsl(${hue} ${saturation}% ${random.between(38, 56)}%)`,
    second: `hsl(${hue + random.between(30, 180)} ${saturation}% ${random.between(42, 60)}%)`,
    dark: `hsl(${hue} 20% ${random.between(12, 24)}%)`,
    light: `hsl(${hue} 30% 93%)`,
  }
}

function backgroundOf(random: Random): string {
  const hue = random.between(0, 360)
  const tone = (lightness: number) => `hsl(${hue} ${random.between(10, 45)}% ${lightness}%)`
  const sheet = `<rect width="${WIDTH}" height="${HEIGHT}" fill="${tone(random.between(80, 95))}"/>`
  const style = random.pick(['plain', 'gradient', 'ground', 'spots'] as const)
  if (style === 'gradient') {
    return `<defs><linearGradient id="g" x2="${random.between(0, 1)}" y2="1"><stop stop-color="${tone(94)}"/><stop offset="1" stop-color="${tone(76)}"/></linearGradient></defs><rect width="${WIDTH}" height="${HEIGHT}" fill="url(#g)"/>`
  }
  if (style === 'ground') {
    const horizon = random.between(HEIGHT * 0.6, HEIGHT * 0.8)
    return `${sheet}<rect y="${horizon}" width="${WIDTH}" height="${HEIGHT}" fill="${tone(70)}"/>`
  }
  if (style === 'spots') {
    const spot = () =>
      `<circle cx="${random.between(0, WIDTH)}" cy="${random.between(0, HEIGHT)}" r="${random.between(4, 22)}" fill="${tone(84)}"/>`
    return sheet + Array.from({ length: 26 }, spot).join('')
  }
  return sheet
}
