/**
 * `npm run images [-- FOLDER]`: builds the stages of the Dockerfile that need no CUDA, and runs them as compose does: as a user without
 * rights, with a read-only root. Needs root on Debian or Ubuntu, and no Docker: buildah builds and runs. Everything is made in FOLDER, by
 * default a temporary one that is deleted at the end.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installDebianPackages } from './debian.ts'
import { provideBase } from './images/base.ts'
import { Buildah } from './images/buildah.ts'
import { TRIALS } from './images/trials.ts'
import { providePostgres } from './postgres.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Further stages are built on the way. */
const TARGETS = ['cpu', 'python', 'default']

const given = process.argv[2]
const directory = given === undefined ? mkdtempSync(join(tmpdir(), 'sketch-search-images-')) : resolve(given)
mkdirSync(directory, { recursive: true })
assertTools()
const buildah = new Buildah(directory)
try {
  console.log(provideBase(buildah, readFileSync(join(ROOT, 'Dockerfile'), 'utf8')))
  for (const target of TARGETS) {
    const start = performance.now()
    buildah.show('bud', '--layers', '--target', target, '--tag', `sketch-search:${target}`, ROOT)
    console.log(`Built ${target} in ${((performance.now() - start) / 1000).toFixed(0)} s.`)
  }
  buildah.show('images')
  for (const { name, run } of TRIALS) {
    const place = mkdtempSync(join(directory, 'trial-'))
    console.log(`${name}: ${await run(buildah, place)}`)
  }
} finally {
  if (given === undefined) {
    buildah.show('rm', '--all')
    buildah.show('rmi', '--all', '--force')
    rmSync(directory, { recursive: true, force: true })
  }
}

function assertTools(): void {
  const isThere = (program: string) =>
    spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
  if (process.getuid?.() !== 0) throw new Error('npm run images needs root: it mounts file systems.')
  if (!['buildah', 'debootstrap'].every(isThere) && !installDebianPackages(['buildah', 'debootstrap']))
    throw new Error('npm run images needs buildah and debootstrap.')
  const postgres = providePostgres()
  if ('problem' in postgres) throw new Error(postgres.problem)
}
