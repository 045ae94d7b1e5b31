import { systemCodeOf } from '../../errors.ts'

/** After these errors, only a change of the folder helps, which is reported as others are. */
const LASTING = ['EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG']
/** A folder whose error lasts costs no more than the regular scans. */
const MAX_RELIST_MS = 600_000

/** Whether an error of the system may pass without a change of the folder, such as a lack of memory or of open files. */
export function mayPass(error: unknown): boolean {
  return !LASTING.includes(systemCodeOf(error) ?? '')
}

/** @param failures number of listings of the folder that have failed since one succeeded. @returns milliseconds until the next one */
export function relistDelayMs(failures: number, minMs: number): number {
  return Math.min(minMs * 2 ** Math.max(0, failures - 1), MAX_RELIST_MS)
}
