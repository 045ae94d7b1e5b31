import { linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import sharp from 'sharp'

const FIRST_DAY = Date.UTC(2020, 0, 1, 12)
const DAY_MS = 24 * 3600 * 1000
const PNG_IN_FOLDERS = 12
const BEFORE_ALL = -100

/** The files of the gallery that is recorded, by path: images of each format, copies, broken files and links. */
async function galleryFiles(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  for (let n = 0; n < PNG_IN_FOLDERS; n++) {
    const folder = n < 6 ? '' : n < 9 ? 'sub/' : 'sub/deep/'
    files.set(`${folder}image-${String(n).padStart(2, '0')}.png`, await picture(n))
  }
  // Copies are equally good results in any order. They resemble no other image, so that they come last.
  files.set('linked/inner.png', await stripes())
  files.set('copy.png', files.get('linked/inner.png')!)
  files.set(
    'formats/photo.jpg',
    await sharp(await picture(20))
      .jpeg()
      .toBuffer(),
  )
  files.set(
    'formats/small.webp',
    await sharp(await picture(21))
      .webp()
      .toBuffer(),
  )
  files.set(
    'formats/one.gif',
    await sharp(await picture(22))
      .gif()
      .toBuffer(),
  )
  files.set(
    'formats/scan.tiff',
    await sharp(await picture(23))
      .tiff({ compression: 'none' })
      .toBuffer(),
  )
  files.set(
    'formats/photo.avif',
    await sharp(await picture(24))
      .avif({ effort: 0 })
      .toBuffer(),
  )
  files.set('formats/plain.bmp', bitmap(60, 40))
  files.set('drawing.png', await drawing())
  files.set("näme, 'quoted' & 100%.png", await picture(30))
  files.set('.hidden.png', await picture(31))
  files.set('notes.txt', Buffer.from('no image'))
  files.set('broken/text.png', Buffer.from('<html>no image</html>'))
  files.set('broken/empty.jpg', Buffer.alloc(0))
  files.set('broken/cut.png', (await picture(32)).subarray(0, 900))
  files.set('broken/claims.bmp', claimingBitmap())
  return files
}

/** Writes the gallery with a time for each file, a day apart. */
export async function writeGallery(root: string): Promise<Map<string, Uint8Array>> {
  const files = await galleryFiles()
  for (const [n, [path, bytes]] of [...files].entries())
    writeDated(root, path, bytes, path === 'linked/inner.png' ? BEFORE_ALL : n)
  linkSync(join(root, 'linked/inner.png'), join(root, 'linked/hard-link.png'))
  symlinkSync('linked', join(root, 'album'))
  symlinkSync('/dev/zero', join(root, 'broken/outside.jpg'))
  mkdirSync(join(root, 'empty'))
  return files
}

/** Writes a file whose last change was on a day of the year 2020. */
export function writeDated(root: string, path: string, bytes: Uint8Array, day: number): void {
  const file = join(root, path)
  const time = new Date(FIRST_DAY + day * DAY_MS)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, bytes)
  utimesSync(file, time, time)
}

/** A shape on a plain background, another for each number. PNG without compression, which is the same on each machine. */
export function picture(n: number): Promise<Buffer> {
  const hue = (n * 47) % 360
  const [x, y, side] = [20 + ((n * 31) % 80), 20 + ((n * 17) % 60), 24 + ((n * 13) % 40)]
  const shape =
    n % 2 === 0
      ? `<circle cx="${x}" cy="${y}" r="${side / 2}" fill="hsl(${hue} 70% 40%)"/>`
      : `<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="hsl(${hue} 70% 40%)"/>`
  return render(`<rect width="140" height="100" fill="hsl(${hue + 120} 30% 85%)"/>${shape}`, 140, 100)
}

/** A circle in black on white, with a line through it. */
export function drawing(): Promise<Buffer> {
  const lines =
    '<circle cx="60" cy="65" r="35" fill="none" stroke="#111" stroke-width="3"/><path d="M20 20 L110 110" stroke="#111" stroke-width="3"/>'
  return render(`<rect width="128" height="128" fill="#fff"/>${lines}`, 128, 128)
}

/** Black and white stripes. */
function stripes(): Promise<Buffer> {
  const lines = Array.from(
    { length: 20 },
    (_, n) => `<rect x="${n * 8}" width="4" height="100" fill="#fff"/>`,
  )
  return render(`<rect width="140" height="100" fill="#000"/>${lines.join('')}`, 140, 100)
}

/** A sheet on which nothing is drawn. */
export function blankSheet(): Promise<Buffer> {
  return render('<rect width="50" height="50" fill="#fff"/>', 50, 50)
}

function render(content: string, width: number, height: number): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`
  return sharp(Buffer.from(svg))
    .removeAlpha()
    .png({ compressionLevel: 0, adaptiveFiltering: false })
    .toBuffer()
}

/** A bitmap of 24 bits a pixel, a gradient. */
function bitmap(width: number, height: number): Buffer {
  const rowBytes = Math.ceil((width * 3) / 4) * 4
  const bytes = bitmapHeader(width, height, rowBytes * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) bytes.set([x * 4, y * 6, 128], 54 + y * rowBytes + x * 3)
  return bytes
}

/** A header alone, which claims more pixels than are accepted. */
function claimingBitmap(): Buffer {
  return bitmapHeader(60_000, 60_000, 0)
}

function bitmapHeader(width: number, height: number, pixelBytes: number): Buffer {
  const bytes = Buffer.alloc(54 + pixelBytes)
  bytes.write('BM')
  bytes.writeUInt32LE(bytes.length, 2)
  bytes.writeUInt32LE(54, 10)
  bytes.writeUInt32LE(40, 14)
  bytes.writeInt32LE(width, 18)
  bytes.writeInt32LE(height, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  return bytes
}
