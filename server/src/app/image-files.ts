import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import { createImageFiles, type ImageFiles, type ImageFilesOptions } from '../images/image-files.ts'
import { createTrash, type Trash } from '../images/trash/trash.ts'

/** Opens the files of the gallery and the trash that deleted ones are moved to. */
export function openImageFiles(
  config: Config,
  options: Omit<ImageFilesOptions, 'trash'>,
): { imageFiles: ImageFiles; trash: Trash } {
  const dataFolder = join(config.data_directory, 'trash')
  const isShared = config.database !== undefined
  const trash = createTrash({ ...options, dataFolder, isShared, days: config.trash.days })
  return { trash, imageFiles: createImageFiles({ ...options, trash }) }
}
