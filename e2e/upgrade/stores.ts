import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { findPostgres } from '../../scripts/postgres.ts'
import type { PostgresOptions } from '../../server/src/database/postgres/connection.ts'
import type { PostgresServer } from '../../server/src/testing/postgres.ts'

/** Where a version keeps its data. */
export interface Store {
  dataDirectory: string
  settings: Record<string, unknown>
}

/** A backup, as docs/run.md describes it. @returns a function that restores it elsewhere */
export type BackUp = (store: Store, target: string) => Promise<() => Promise<Store>>

/** The names of the files that docs/run.md lists, and of folders. */
const BACKED_UP = /^(catalog|collections|accounts)\.sqlite(-wal)?$|^session\.key$|^queries$|^trash$/

export const backUpFiles: BackUp = async ({ dataDirectory, settings }, target) => {
  await mkdir(target)
  const names = (await readdir(dataDirectory)).filter((name) => BACKED_UP.test(name))
  for (const name of names) await cp(join(dataDirectory, name), join(target, name), { recursive: true })
  return async () => ({ dataDirectory: target, settings })
}

export function backUpDatabase(server: PostgresServer): BackUp {
  const programs = findPostgres()!
  return async ({ settings }, target) => {
    const dump = `${target}.dump`
    run('pg_dump', settings, [
      '--format=custom',
      '--exclude-schema=sketch_search_jobs',
      `--file=${dump}`,
      String(settings['database.database']),
    ])
    return async () => {
      const restored = databaseSettings(await server.createDatabase())
      run('pg_restore', restored, [`--dbname=${restored['database.database']}`, dump])
      // The data directory holds nothing that is not made again.
      return { dataDirectory: target, settings: restored }
    }
  }

  function run(program: string, settings: Record<string, unknown>, args: string[]): void {
    const variables = { HOST: 'host', PORT: 'port', USER: 'user', PASSWORD: 'password' }
    const path = join(programs, program)
    execFileSync(existsSync(path) ? path : program, args, {
      env: {
        ...process.env,
        ...Object.fromEntries(
          Object.entries(variables).map(([name, key]) => [`PG${name}`, String(settings[`database.${key}`])]),
        ),
      },
    })
  }
}

export function databaseSettings(options: PostgresOptions): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [`database.${key}`, value]))
}
