import { formatOffset } from '../../catalog/attributes.ts'
import type { Image } from '../../catalog/catalog.ts'
import { dateOf } from './lists.ts'

/** Escapes text for HTML and XML. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** An XMP packet with title, caption, keywords, rating and capture time (ISO 16684-1). */
export function sidecarOf(image: Image): string {
  const { title, caption, keywords, rating, capturedOffset } = image
  const offset = capturedOffset === undefined ? '' : formatOffset(capturedOffset)
  const properties = [
    title &&
      `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(title)}</rdf:li></rdf:Alt></dc:title>`,
    caption &&
      `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(caption)}</rdf:li></rdf:Alt></dc:description>`,
    keywords &&
      `<dc:subject><rdf:Bag>${keywords
        .split('\n')
        .map((word) => `<rdf:li>${escapeXml(word)}</rdf:li>`)
        .join('')}</rdf:Bag></dc:subject>`,
    rating !== undefined && `<xmp:Rating>${rating}</xmp:Rating>`,
    image.capturedAt !== undefined &&
      `<photoshop:DateCreated>${dateOf(image)}${offset}</photoshop:DateCreated>`,
  ]
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">
   ${properties.filter(Boolean).join('\n   ')}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
`
}

/** XML can't contain control characters. */
function escapeXml(text: string): string {
  return escapeMarkup(text.replaceAll(/[\p{Cc}\ufffe\uffff]/gu, ' '))
}
