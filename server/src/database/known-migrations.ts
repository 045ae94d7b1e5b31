import { DomainError } from '../errors.ts'

/**
 * Ends before the migrator does, whose message reads like damage.
 * @param database its name for people
 * @param carriedOut names of the migrations in the database
 * @throws {DomainError} `unavailable` if a newer version has changed the tables
 */
export function assertKnownMigrations(
  database: string,
  carriedOut: readonly string[],
  known: readonly string[],
): void {
  const unknown = carriedOut.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new DomainError(
    'unavailable',
    `The database ${database} was changed by a newer version of Sketch-Search (${unknown}): install that version, or restore the backup from before the upgrade.`,
  )
}
