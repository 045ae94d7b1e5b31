import { copyFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type DrawnText, pdfLines, pdfPages } from '../../testing/pdf-text.ts'
import { onceForAll, temporaryDirectory } from '../../testing/temporary.ts'
import { contactSheet } from './contact-sheet.ts'
import type { ExportedImage } from './formats.ts'
import { createFonts } from './text/fonts.ts'

/** Under the Open Font License, which allows copies. */
const ARABIC_FONT = join(
  import.meta.dirname,
  '../../../../node_modules/@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf',
)
const CELL_WIDTH = 166
const NO_FONTS = createFonts([])

const picture = onceForAll(() =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: '#8899aa' } })
    .webp()
    .toBuffer(),
)

interface Sheet {
  bytes: Buffer
  pages: DrawnText[][]
  /** Text of the first page, from the top */
  lines: string[]
}

async function print(
  names: string[],
  { fonts = NO_FONTS, title = 'Sheet', failure = '' } = {},
): Promise<Sheet> {
  async function* images() {
    for (const name of names) yield { name, modifiedAt: 0, capturedAt: 0 } as ExportedImage
  }
  const rendition = async () => {
    if (failure !== '') throw new Error(failure)
    return { bytes: picture(), type: 'image/webp' } as never
  }
  const bytes = Buffer.concat(await Array.fromAsync(contactSheet({ rendition }, images(), title, fonts)))
  const pages = pdfPages(bytes)
  return { bytes, pages, lines: pdfLines(pages[0]!) }
}

/** Returns the fonts of the words of a text. */
function fontsOf({ pages }: Sheet): string[] {
  return [...new Set(pages.flat().map(({ font }) => font))].sort()
}

async function fontFolder(): Promise<string> {
  const folder = join(await temporaryDirectory(), 'fonts', 'truetype')
  await mkdir(folder, { recursive: true })
  return folder
}

describe('the font that comes with the program', () => {
  it.each([
    ['Polish', 'Zażółć gęślą jaźń.jpg'],
    ['Czech', 'Příliš žluťoučký kůň.jpg'],
    ['Romanian', 'Țară și oraș.jpg'],
    ['Turkish', 'Işık ve gölge, İstanbul ağı.jpg'],
    ['Vietnamese', 'Việt Nam, phở.jpg'],
    ['Greek', 'Ελληνικά νησιά, όμορφα.jpg'],
    ['Russian', 'Прогулка по Неве, ёлка.jpg'],
    ['Ukrainian', 'Їжак і ґанок.jpg'],
  ])('has the letters of %s', async (_, name) => {
    const sheet = await print([name], { title: name })
    expect(sheet.lines).toEqual(['1', name, name, '1970-01-01'])
    expect(fontsOf(sheet)).toContain('Arimo-Regular')
    expect(fontsOf(sheet)).toContain('Arimo-Bold')
  })

  it('prints Hebrew from right to left, with numbers from left to right and brackets turned', async () => {
    const { lines } = await print(['תמונה (של) חתול 2026.jpg'])
    expect(lines[2]).toBe(`2026 ${backwards('חתול')} (${backwards('של')}) ${backwards('תמונה')}.jpg`)
  })

  it('joins letters and marks, also those that were written apart', async () => {
    const { lines } = await print(['Łódź'.normalize('NFD')])
    expect(lines[2]).toBe('Łódź')
  })

  it('is not part of a sheet whose letters the built-in fonts have', async () => {
    const sheet = await print(['Große Fahrt – “été” €.jpg'])
    expect(sheet.lines[2]).toBe('Große Fahrt – “été” €.jpg')
    expect(fontsOf(sheet)).toEqual(['Helvetica', 'Helvetica-Bold'])
    expect(sheet.bytes.includes('FontFile')).toBe(false)
  })

  it('is embedded once, with the glyphs that are used', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `Прогулка ${n}.jpg`)
    const { bytes, pages } = await print(names, { title: 'Лето' })
    expect(pages).toHaveLength(4)
    expect(pages.flatMap(pdfLines).join('\n')).toContain('Прогулка 39.jpg')
    expect(bytes.toString('latin1').match(/\/FontFile2 /g)).toHaveLength(2)
    const plain = await print(
      names.map((name) => name.replace('Прогулка', 'Progulka')),
      { title: 'Leto' },
    )
    expect(bytes.length - plain.bytes.length).toBeLessThan(30_000)
  })
})

describe('letters without a font', () => {
  it('are question marks, as are control characters; half of a surrogate pair is a replacement character', async () => {
    const { lines } = await print(['日本 Łódź\n\ud83d.jpg'])
    expect(lines[2]).toBe('?? Łódź?\ufffd.jpg')
  })

  it('do not change what stands beside them by hidden direction marks', async () => {
    const { lines } = await print(['photo\u202egpj.exe'])
    expect(lines[2]).toBe('photogpj.exe')
  })
})

describe('fonts of the system', () => {
  it('are used for letters that they have, joined and from right to left', async () => {
    const folder = await fontFolder()
    await copyFile(ARABIC_FONT, join(folder, 'arabic.ttf'))
    const sheet = await print(['صورة من الرحلة.jpg'], { fonts: createFonts([join(folder, '..')]) })
    expect(fontsOf(sheet)).toContain('NotoSansArabic-Regular')
    const words = sheet.pages[0]!.filter(({ font }) => font.startsWith('NotoSansArabic'))
    const reading = words.toSorted((one, other) => other.x - one.x).map(({ text }) => text)
    expect(reading.map((word) => backwards(word)).filter((word) => word !== '')).toEqual([
      'صورة',
      'من',
      'الرحلة',
    ])
  })

  it('share a line with others, each at its place', async () => {
    const folder = await fontFolder()
    await copyFile(ARABIC_FONT, join(folder, 'arabic.ttf'))
    const name = 'Łódź رحلة Нева IMG_1.jpg'
    const { pages } = await print([name], { fonts: createFonts([folder]) })
    const line = pages[0]!.filter(({ y }) => y === pages[0]!.find(({ text }) => text.startsWith('Łódź'))!.y)
    const pieces = line.toSorted((one, other) => one.x - other.x)
    expect(pieces.map(({ font }) => font)).toEqual([
      'Arimo-Regular',
      'NotoSansArabic-Regular',
      ...pieces.slice(2).map(({ font }) => font),
    ])
    expect(pieces.map(({ text }) => text).join('')).toBe(`Łódź ${backwards('رحلة')} Нева IMG_1.jpg`)
  })

  it('are left out when they are damaged, cut off or no fonts', async () => {
    const folder = await fontFolder()
    await writeFile(join(folder, '1.ttf'), 'no font')
    await writeFile(join(folder, '2.ttc'), '')
    await copyFile(ARABIC_FONT, join(folder, '3.ttf'))
    await truncate(join(folder, '3.ttf'), 60_000)
    const garbled = await readFile(ARABIC_FONT)
    garbled.fill(0xa5, tableOffset(garbled, 'glyf'), tableOffset(garbled, 'glyf') + 50_000)
    await writeFile(join(folder, '4.ttf'), garbled)
    const lost = await readFile(ARABIC_FONT)
    lost.fill(0xff, tableOffset(lost, 'head'), tableOffset(lost, 'head') + 54)
    await writeFile(join(folder, '5.ttf'), lost)
    const damaged = await print(['رحلة.jpg'], { fonts: createFonts([folder]) })
    expect(damaged.lines[2]).toBe('????.jpg')
    await copyFile(ARABIC_FONT, join(folder, '6.ttf'))
    const other = await print(['رحلة.jpg'], { fonts: createFonts([folder]) })
    expect(other.lines[2]).toBe(`${backwards('رحلة')}.jpg`)
  })

  it('are not looked for while the font of the program has the letters', async () => {
    const fonts = {
      included: (weight: 'regular' | 'bold') => NO_FONTS.included(weight),
      bestFor: () => Promise.reject(new Error('looked for')),
    }
    expect((await print(['Łódź.jpg'], { fonts })).lines[2]).toBe('Łódź.jpg')
  })
})

describe('text that is too long', () => {
  it('ends with an ellipsis within the width of its cell, whatever its fonts', async () => {
    const { pages } = await print([`Łódź ${'в деревне '.repeat(30)}.jpg`, `${'long '.repeat(40)}.jpg`])
    for (const ellipsis of pages[0]!.filter(({ text }) => text.endsWith('…'))) {
      const line = pages[0]!.filter(({ y }) => y === ellipsis.y)
      expect(ellipsis.x - Math.min(...line.map(({ x }) => x))).toBeLessThan(2 * CELL_WIDTH + 24)
    }
    expect(pages[0]!.filter(({ text }) => text.endsWith('…'))).toHaveLength(2)
    expect(pdfLines(pages[0]!)[2]).toMatch(/^Łódź( в деревне)+.*…long.*…$/)
  })

  it('is never cut within a letter and its marks', async () => {
    for (let length = 30; length < 36; length++) {
      const { lines } = await print([`${'ą'.repeat(length)}${'x̌'.repeat(60)}`])
      expect(lines[2]).toMatch(/^ą+(x̌)+…$/)
    }
  })

  it('is wrapped where it takes the place of a picture', async () => {
    const { lines } = await print(['a.jpg'], { failure: `Файл повреждён ${'очень сильно '.repeat(60)}` })
    expect(lines[2]).toMatch(/^Файл повреждён очень/)
    expect(lines.length).toBeGreaterThan(10)
    expect(lines.some((line) => line.endsWith('…'))).toBe(true)
  })
})

/** The order on the paper of what is read from right to left. */
function backwards(text: string): string {
  return [...text].reverse().join('')
}

function tableOffset(font: Buffer, name: string): number {
  return font.readUInt32BE(font.indexOf(name, 12, 'latin1') + 8)
}
