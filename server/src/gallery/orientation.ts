import sharp from 'sharp'

/** Whether the metadata of a file turn or mirror its pixels; false for a file that cannot be read. */
export async function isTurned(file: string | Buffer): Promise<boolean> {
  try {
    const { orientation = 1 } = await sharp(typeof file === 'string' ? file : file.toString()).metadata()
    return orientation !== 1
  } catch {
    return false
  }
}
