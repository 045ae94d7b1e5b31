export const EXPORT_FORMATS = ['zip', 'zip-small', 'pdf', 'csv', 'html', 'json', 'paths', 'xmp'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const FRAME = 'export'

/**
 * Has the browser save images as a file of a format. A form is sent, so that the browser writes what arrives to the disk: an archive of
 * any size has room. An error stays in a hidden frame, and the page where it is.
 */
export function exportImages(format: ExportFormat, image_ids: readonly string[]): void {
  const form = document.createElement('form')
  form.method = 'POST'
  form.enctype = 'multipart/form-data'
  form.action = '/api/export'
  form.target = FRAME
  const field = document.createElement('input')
  field.type = 'hidden'
  field.name = 'export_json'
  field.value = JSON.stringify({ format, image_ids })
  form.append(field)
  const frame = document.querySelector(`iframe[name=${FRAME}]`) ?? document.createElement('iframe')
  frame.setAttribute('name', FRAME)
  frame.setAttribute('hidden', '')
  document.body.append(frame, form)
  form.submit()
  form.remove()
}
