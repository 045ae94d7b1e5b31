/** Formats that the server reads and not every browser counts as images. */
const ENDINGS = [
  ...['.jpe', '.jif', '.jfif', '.apng', '.heic', '.heif', '.hif', '.heics', '.heifs', '.avif', '.avifs'],
  ...['.tif', '.tiff', '.bmp', '.dib'],
  // Raw photos.
  ...['.3fr', '.arw', '.cr2', '.cr3', '.crw', '.dcr', '.dng', '.erf', '.fff', '.iiq', '.kdc', '.mef', '.mos'],
  ...['.mrw', '.nef', '.nrw', '.orf', '.pef', '.raf', '.rw2', '.rwl', '.sr2', '.srf', '.srw'],
]

/** For a field that chooses files. */
export const ACCEPTED = ['image/*', ...ENDINGS].join()

/** Whether a file may be a picture, by the type that the browser detects or by its name. */
export function mayBePicture({ type, name }: File): boolean {
  return type.startsWith('image/') || ENDINGS.some((ending) => name.toLowerCase().endsWith(ending))
}

/** A deleted file may count as empty, and any part of an empty file can be read. */
export function isReadable(file: Blob): Promise<boolean> {
  const sample = file.size === 0 ? file : file.slice(0, 1)
  return sample.arrayBuffer().then(
    () => true,
    () => false,
  )
}
