import { messageOf } from '../../errors.ts'
import { displayName } from '../../gallery/file-names.ts'
import type { ExportedImage, ExportSources } from './formats.ts'
import { encoded, markedDay } from './lists.ts'
import { escapeMarkup } from './sidecar.ts'

const SIDE = 512

const STYLE = `
:root { color-scheme: light dark; font: 14px/20px system-ui, sans-serif }
body { margin: 24px; background: light-dark(#f6f6f4, #141414); color: light-dark(#1a1a18, #f2f2ef) }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 20px }
figure { margin: 0; break-inside: avoid }
img { width: 100%; aspect-ratio: 1; object-fit: contain; background: light-dark(#ececea, #2b2b2d); border-radius: 6px }
figcaption { margin-top: 6px; overflow-wrap: anywhere }
small { display: block; opacity: .75 }
`

/** A page without any other file: its pictures are part of it. */
export function asPage(
  sources: Pick<ExportSources, 'rendition'>,
  images: AsyncIterable<ExportedImage>,
  title: string,
): AsyncIterable<Uint8Array> {
  return encoded(parts())

  async function* parts(): AsyncGenerator<string> {
    const heading = escapeMarkup(title)
    yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${heading}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${heading}</h1>
<main>
`
    for await (const image of images) yield await figure(sources, image)
    yield '</main>\n</body>\n</html>\n'
  }
}

async function figure(sources: Pick<ExportSources, 'rendition'>, image: ExportedImage): Promise<string> {
  const content = await sources.rendition(image, SIDE).catch(messageOf)
  const name = escapeMarkup(displayName(image.name))
  const picture =
    typeof content === 'string'
      ? `<p>This picture can’t be read: ${escapeMarkup(content)}</p>`
      : `<img alt="${name}" loading="lazy" src="data:image/webp;base64,${Buffer.from(content.bytes).toString('base64')}">`
  const details = [markedDay(image), `${image.width} × ${image.height}`, image.path]
  if (image.score !== undefined) details.unshift(`${Math.round(image.score * 100)} % alike`)
  return `<figure>${picture}<figcaption>${name}<small>${details.map(escapeMarkup).join(' · ')}</small></figcaption></figure>\n`
}
