import { inflateSync } from 'node:zlib'

/** Text that is drawn by one operator, with the name of its font and the place of its baseline, in points from the top left. */
export interface DrawnText {
  text: string
  font: string
  x: number
  y: number
}

/** A4 in points */
const PAGE_HEIGHT = 841.89

/** Reads the text of each page of a document that pdfkit wrote: through the `ToUnicode` tables of its fonts, as programs that copy text do. */
export function pdfPages(bytes: Buffer): DrawnText[][] {
  const objects = readObjects(bytes)
  const fonts = new Map<string, { name: string; decode: (hex: string) => string }>()
  for (const { head } of objects.values())
    for (const [, key, id] of head.matchAll(/\/(F\d+) (\d+) 0 R/g))
      if (!fonts.has(key!)) fonts.set(key!, readFont(objects, id!))
  return [...objects.values()]
    .filter(({ head }) => /\/Type \/Page\b/.test(head))
    .map(({ head }) => {
      const content = objects.get(/\/Contents (\d+) 0 R/.exec(head)![1]!)!.stream.toString('latin1')
      return [...content.matchAll(/BT\n([\s\S]*?)ET/g)].map(([, block]) => {
        const { name, decode } = fonts.get(/\/(F\d+) /.exec(block!)![1]!)!
        const [, x, y] = /1 0 0 1 (\S+) (\S+) Tm/.exec(block!)!
        const text = [...block!.matchAll(/<([0-9a-f]+)>/g)].map(([, hex]) => decode(hex!)).join('')
        return { text, font: name, x: Number(x), y: PAGE_HEIGHT - Number(y) }
      })
    })
}

/** Returns the texts of a page as lines from the top; the pieces of each from left to right. */
export function pdfLines(page: readonly DrawnText[]): string[] {
  const sorted = page.toSorted((one, other) => one.y - other.y || one.x - other.x)
  const lines = Map.groupBy(sorted, ({ y }) => y.toFixed(1))
  return [...lines.values()].map((pieces) => pieces.map(({ text }) => text).join(''))
}

interface PdfObject {
  head: string
  stream: Buffer
}

function readObjects(bytes: Buffer): Map<string, PdfObject> {
  const text = bytes.toString('latin1')
  const objects = new Map<string, PdfObject>()
  for (const match of text.matchAll(/^(\d+) 0 obj\n([\s\S]*?)\n(?:endobj|stream\n)/gm)) {
    const [all, id, head] = match
    const start = match.index + all.length
    const content = bytes.subarray(start, start + Number(/\/Length (\d+)/.exec(head!)?.[1] ?? 0))
    const stream = /FlateDecode/.test(head!) ? inflateSync(content) : content
    objects.set(id!, { head: head!, stream })
  }
  return objects
}

function readFont(objects: Map<string, PdfObject>, id: string) {
  const { head } = objects.get(id)!
  const name = /\/BaseFont \/(?:[A-Z]+\+)?(\S+)/.exec(head)![1]!
  const table = /\/ToUnicode (\d+) 0 R/.exec(head)?.[1]
  if (table === undefined)
    return { name, decode: (hex: string) => new TextDecoder('windows-1252').decode(Buffer.from(hex, 'hex')) }
  const characters: string[] = []
  const ranges = objects
    .get(table)!
    .stream.toString('latin1')
    .matchAll(/<(\w+)> <\w+> \[(.*)\]/g)
  for (const [, first, entries] of ranges)
    for (const [n, [, units]] of [...entries!.matchAll(/<([^>]*)>/g)].entries())
      characters[Number.parseInt(first!, 16) + n] = String.fromCharCode(
        // Dots that a font adds to an Arabic letter have no character of their own.
        ...(units!.match(/\w+/g) ?? []).map((unit) => Number.parseInt(unit, 16)),
      )
  const decode = (hex: string) =>
    hex
      .match(/.{4}/g)!
      .map((code) => characters[Number.parseInt(code, 16)] ?? '')
      .join('')
  return { name, decode }
}
