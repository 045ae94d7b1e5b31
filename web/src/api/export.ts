import type { Filters, OrderBy } from './client.ts'
import { serverUrl } from './server-url.ts'

export const EXPORT_FORMATS = ['zip', 'zip-small', 'pdf', 'csv', 'html', 'json', 'paths', 'xmp'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** The pictures of a file: some of them, those that pass filters, or those that a search finds. */
export type ExportSource = { title?: string } & (
  | { image_ids: readonly string[] }
  | { query: Filters & { order_by: OrderBy; direction: 'ascending' | 'descending' } }
  | { search: object }
)

/** How files lie in an archive: in the folders of the gallery, or all beside each other. */
export type ExportLayout = 'folders' | 'flat'

const FRAME = 'export'

/**
 * Saves images as a file of a format. A form requests it, so that the browser writes the file to the disk while it arrives: an
 * archive may have any size.
 * @param onError called if the answer is not a file; the page stays
 */
export function exportImages(
  { format, layout }: { format: ExportFormat; layout: ExportLayout },
  source: ExportSource,
  onError: () => void,
): void {
  const form = document.createElement('form')
  form.method = 'POST'
  form.enctype = 'multipart/form-data'
  form.action = serverUrl('/api/export')
  form.target = FRAME
  const field = document.createElement('input')
  field.type = 'hidden'
  field.name = 'export_json'
  field.value = JSON.stringify({ format, layout, ...source })
  form.append(field)
  const frame = document.querySelector<HTMLIFrameElement>(`iframe[name=${FRAME}]`) ?? hiddenFrame()
  document.body.append(form)
  // A saved file does not change the frame; only an error is loaded into it.
  frame.onload = () => {
    if (frame.contentDocument?.URL !== 'about:blank') onError()
  }
  form.submit()
  form.remove()
}

function hiddenFrame(): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.name = FRAME
  frame.hidden = true
  document.body.append(frame)
  return frame
}
