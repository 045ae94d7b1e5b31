import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installDebianPackages } from './debian.ts'

/** The oldest that the catalog runs on. */
const MIN_MAJOR = 15
/** The release of Debian that has a pgvector new enough, and the source of it. */
const SOURCE_SUITE = 'trixie'

/** @returns the folder of the programs of a PostgreSQL that has pgvector; `TEST_POSTGRES` wins */
export function findPostgres(): string | undefined {
  return candidates()[0]
}

function candidates(): string[] {
  const folders = [process.env.TEST_POSTGRES ?? '', ...serverFolders()]
  return folders.filter((folder) => existsSync(join(folder, 'initdb')) && hasExtension(folder, 'vector'))
}

/** Finds a PostgreSQL with the extensions `vector` and `citus`, which is never installed. */
export function findCitus(): { path: string } | { problem: string } {
  const path = candidates().find((folder) => hasExtension(folder, 'citus'))
  if (path !== undefined) return { path }
  return {
    problem:
      'A cluster of several nodes needs PostgreSQL with the extensions "citus" (12.1 or newer) and "vector": install Citus for the PostgreSQL that has pgvector, as its documentation describes (docs.citusdata.com), or set TEST_POSTGRES to the folder that holds the initdb of another PostgreSQL with both.',
  }
}

/** Finds a PostgreSQL with pgvector, or installs one if no question has to be answered. */
export function providePostgres(): { path: string } | { problem: string } {
  const path = findPostgres() ?? (install() ? findPostgres() : undefined)
  if (path !== undefined) return { path }
  return {
    problem: `The tests of the PostgreSQL catalog need PostgreSQL ${MIN_MAJOR} or newer with pgvector 0.8 or newer: install them (Debian 13, Ubuntu 25.04: "sudo apt-get install postgresql-17-pgvector"; macOS: "brew install postgresql@17 pgvector") or set TEST_POSTGRES to the folder that holds its initdb.`,
  }
}

function serverFolders(): string[] {
  const places = [
    '/usr/lib/postgresql/*/bin',
    '/usr/pgsql-*/bin',
    '/opt/homebrew/opt/postgresql@*/bin',
    '/usr/local/opt/postgresql@*/bin',
    '/usr/local/pgsql/bin',
  ]
  return places
    .flatMap((place) => globSync(place))
    .filter((folder) => majorOf(folder) >= MIN_MAJOR)
    .sort((a, b) => majorOf(b) - majorOf(a))
}

function majorOf(folder: string): number {
  const { stdout } = spawnSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' })
  return Number(/(\d+)/.exec(stdout ?? '')?.[1] ?? 0)
}

function hasExtension(folder: string, name: string): boolean {
  const { stdout } = spawnSync(join(folder, 'pg_config'), ['--sharedir'], { encoding: 'utf8' })
  const shares = [stdout?.trim() ?? '', `/usr/share/postgresql/${majorOf(folder)}`]
  return shares.some((share) => existsSync(join(share, 'extension', `${name}.control`)))
}

/** Installs a package if the system has one. Otherwise builds Debian's source for the PostgreSQL of the system. */
function install(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  // Without lists, no package would be found.
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (hasPackage('postgresql-17-pgvector'))
    return installDebianPackages(['postgresql-17', 'postgresql-17-pgvector'])
  const major = [17, 16, 15].find((one) => hasPackage(`postgresql-${one}`))
  if (major === undefined) return false
  const packages = [
    `postgresql-${major}`,
    `postgresql-server-dev-${major}`,
    'dpkg-dev',
    'gcc',
    'make',
    'libc6-dev',
    'xz-utils',
  ]
  return installDebianPackages(packages) && buildVector(major)
}

function hasPackage(name: string): boolean {
  const { stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' })
  return /Candidate: (?!\(none\))/.test(stdout ?? '')
}

function buildVector(major: number): boolean {
  console.log(`Building pgvector for PostgreSQL ${major} …`)
  const directory = mkdtempSync(join(tmpdir(), 'pgvector-'))
  try {
    // Separate lists of packages, so that those of the system are not changed.
    const sources = join(directory, 'sources.list')
    const lists = join(directory, 'lists')
    mkdirSync(join(lists, 'partial'), { recursive: true })
    writeFileSync(sources, `deb-src ${debianMirror()} ${SOURCE_SUITE} main\n`)
    const options = [
      `Dir::Etc::SourceList=${sources}`,
      'Dir::Etc::SourceParts=/dev/null',
      `Dir::State::Lists=${lists}`,
      'APT::Sandbox::User=root',
    ].flatMap((option) => ['-o', option])
    const run = (program: string, args: string[], cwd = directory) =>
      spawnSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
    if (!run('apt-get', ['update', '-qq', ...options])) return false
    if (!run('apt-get', ['source', '-qq', '--download-only', ...options, 'pgvector'])) return false
    const archive = readdirSync(directory).find((name) => /^pgvector_.*\.orig\.tar\.\w+$/.test(name))
    if (archive === undefined || !run('tar', ['-xf', archive])) return false
    const source = readdirSync(directory).find((name) => /^pgvector-/.test(name))
    if (source === undefined) return false
    const config = `PG_CONFIG=/usr/lib/postgresql/${major}/bin/pg_config`
    // Uses no processor instructions that other machines may lack.
    const make = (target: string) => run('make', ['-s', target, 'OPTFLAGS=', config], join(directory, source))
    return make('all') && make('install')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function debianMirror(): string {
  const { stdout } = spawnSync(
    'apt-get',
    ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'],
    {
      encoding: 'utf8',
    },
  )
  const mirrors = (stdout ?? '').split('\n').filter((uri) => /\/debian\/?$/.test(uri))
  return mirrors[0] ?? 'http://deb.debian.org/debian'
}
