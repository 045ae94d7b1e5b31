import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const NAME = 'measurements.json'
/** File of the measurements that all tests of a run share; see shared-setup.ts. */
const shared = () => {
  const directory = process.env.TEST_SHARED_DIRECTORY
  return directory === undefined ? undefined : join(directory, NAME)
}

/** Copies the measurements of embedders by other tests into a new data directory. */
export function takeMeasurements(dataDirectory: string): void {
  const file = shared()
  const own = join(dataDirectory, NAME)
  if (file === undefined || !existsSync(file) || existsSync(own)) return
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  copyFileSync(file, own)
}

/** Shares the measurements in a data directory with later tests. */
export function shareMeasurements(dataDirectory: string): void {
  const file = shared()
  if (file === undefined) return
  const all = { ...read(join(dataDirectory, NAME)), ...read(file) }
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, JSON.stringify(all))
  renameSync(temporary, file)
}

function read(file: string): object {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}
