import { readFile, writeFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'

/**
 * Sets one value in a YAML file. Comments and the other values stay as they are.
 * @throws {Error} of the file system, or if a value is in the way
 */
export async function setInFile(file: string, path: readonly string[], value: unknown): Promise<void> {
  // Scalars are written as they were read. By the rules of YAML 1.1, new maps would become ordered ones.
  const document = parseDocument(await readFile(file, 'utf8'), { uniqueKeys: false })
  document.setIn(path, value)
  await writeFile(file, document.toString({ lineWidth: 0 }))
}
