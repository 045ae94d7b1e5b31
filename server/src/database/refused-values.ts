import { messageOf, systemCodeOf } from '../errors.ts'

/** PostgreSQL: invalid data (class 22), a missing value, a violated check. */
const REFUSED_STATE = /^(22...|23502|23514)$/
/** Messages of SQLite and its driver. Errors lose their codes between threads. */
const REFUSED_MESSAGE =
  /(NOT NULL|CHECK) constraint failed|datatype mismatch|string or blob too big|cannot be bound/i

/** Whether a database refuses the values of a row, so that another attempt fails, too. */
export function isRefusedValue(error: unknown): boolean {
  return REFUSED_STATE.test(systemCodeOf(error) ?? '') || REFUSED_MESSAGE.test(messageOf(error))
}
