import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Buildah } from './buildah.ts'

export interface ContainerOptions {
  image: string
  /** Arguments after the entry point of the image. */
  command: readonly string[]
  /** Instead of that of the image. */
  user?: string | undefined
  environment: Record<string, string>
  /** Folders and files of this machine. */
  mounts: readonly { from: string; to: string; isReadOnly?: boolean }[]
  /** Folders in memory. */
  inMemory?: readonly string[] | undefined
}

export interface Container {
  output(): string
  /** Runs another program of the image, as its user. @returns its exit code */
  exec(command: readonly string[]): number | null
  stop(): Promise<void>
}

const STOP_TIMEOUT_MS = 20_000
/** Files that buildah writes in each container. */
const WRITTEN = ['run/.containerenv', 'etc/hosts', 'etc/resolv.conf']

/** Starts a container as compose does with `read_only`: its root is read-only, except for mounts. It shares the network of the machine. */
export function startContainer(buildah: Buildah, options: ContainerOptions): Container {
  const container = buildah.output('from', '--pull-never', options.image)
  const root = buildah.output('mount', container)
  const { OCIv1 } = JSON.parse(buildah.output('inspect', container))
  for (const file of WRITTEN) if (!existsSync(join(root, file))) writeFileSync(join(root, file), '')
  for (const { from, to } of options.mounts) makeMountPoint(join(root, to), from)
  execFileSync('mount', ['--bind', root, root])
  setReadOnly(true)
  const entry: string[] = OCIv1.config.Entrypoint ?? []
  const child = start([...entry, ...options.command])
  let output = ''
  const read = (text: string) => {
    output += text
  }
  child.stdout!.setEncoding('utf8').on('data', read)
  child.stderr!.setEncoding('utf8').on('data', read)

  return {
    output: () => output,
    exec(command) {
      const chroot = ['chroot', '--userspec=1000:1000', root, ...command]
      return spawnSync('env', chroot, { stdio: ['ignore', 'ignore', 'inherit'] }).status
    },
    async stop() {
      // buildah removes its own files from the container when the program in it ends.
      setReadOnly(false)
      if (isRunning(child)) {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        process.kill(-child.pid!, 'SIGTERM')
        const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), STOP_TIMEOUT_MS)
        await ended
        clearTimeout(timer)
      }
      execFileSync('umount', [root])
      buildah.output('rm', container)
    },
  }

  function setReadOnly(isReadOnly: boolean): void {
    execFileSync('mount', ['-o', `remount,bind,${isReadOnly ? 'ro' : 'rw'}`, root])
  }

  function runCommand(command: readonly string[]): string[] {
    const user = options.user ?? OCIv1.config.User
    return buildah.command([
      ...['run', '--cap-drop', 'all'],
      ...(user ? ['--user', user] : []),
      ...Object.entries(options.environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...options.mounts.flatMap(({ from, to, isReadOnly = false }) => [
        ...['--volume', `${from}:${to}${isReadOnly ? ':ro' : ''}`],
      ]),
      ...(options.inMemory ?? []).flatMap((folder) => ['--mount', `type=tmpfs,destination=${folder}`]),
      ...[container, '--', ...command],
    ])
  }

  function start(command: readonly string[]): ChildProcess {
    const [program, ...args] = runCommand(command)
    return spawn(program!, args, {
      detached: true,
      env: buildah.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}

/** Docker makes missing ones before it makes a root read-only. */
function makeMountPoint(path: string, source: string): void {
  if (existsSync(path)) return
  if (lstatSync(source).isDirectory()) return void mkdirSync(path, { recursive: true })
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
}
