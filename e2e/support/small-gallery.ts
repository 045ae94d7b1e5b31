import { join } from 'node:path'
import { takeMeasurements } from '../../server/src/testing/measurements.ts'
import { picture, writeSettled } from '../../server/src/testing/pictures.ts'
import { temporaryDirectory } from '../../server/src/testing/temporary.ts'

/** Five images in one folder, and a new data directory; both are gone after the test. */
export async function smallGallery(): Promise<{ gallery: string; data: string }> {
  const gallery = await temporaryDirectory()
  for (let n = 0; n < 5; n++) await writeSettled(join(gallery, `sub/${n}.png`), await picture(n))
  const data = await temporaryDirectory()
  takeMeasurements(data)
  return { gallery, data }
}
