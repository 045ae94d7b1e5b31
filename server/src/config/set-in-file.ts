import { randomUUID } from 'node:crypto'
import { chmod, chown, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { systemCodeOf } from '../errors.ts'

/** A folder that can't be written to, a file that is a mount of its own (as in a container), and an owner that can't be given. */
const NOT_REPLACEABLE = ['EACCES', 'EPERM', 'EBUSY', 'EXDEV', 'EROFS']

/**
 * Sets one value in a YAML file. Comments and the other values stay as they are.
 * @throws {Error} of the file system, or if a value is in the way
 */
export async function setInFile(file: string, path: readonly string[], value: unknown): Promise<void> {
  // Scalars are written as they were read. By the rules of YAML 1.1, new maps would become ordered ones.
  const document = parseDocument(await readFile(file, 'utf8'), { uniqueKeys: false })
  document.setIn(path, value)
  await replaceText(await realpath(file), document.toString({ lineWidth: 0 }))
}

/** Replaces the text of a file as a whole: a crash leaves the old or the new one. Mode and owner stay. */
async function replaceText(file: string, text: string): Promise<void> {
  const { mode, uid, gid } = await stat(file)
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, text, { flag: 'wx', flush: true, mode })
    await chmod(temporary, mode)
    await chown(temporary, uid, gid)
    await rename(temporary, file)
  } catch (error) {
    if (!NOT_REPLACEABLE.includes(systemCodeOf(error) ?? '')) throw error
    await writeFile(file, text, { flush: true })
  } finally {
    await rm(temporary, { force: true })
  }
}
