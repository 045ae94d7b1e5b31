import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Runs buildah on a storage of its own. Containers are isolated by chroot, which needs no further programs. */
export class Buildah {
  readonly #options: string[]
  readonly environment = { ...process.env, BUILDAH_ISOLATION: 'chroot' }

  constructor(directory: string) {
    this.#options = ['--root', join(directory, 'storage'), '--runroot', join(directory, 'run')]
  }

  /** The whole command line of a subcommand. */
  command(args: readonly string[]): string[] {
    return ['buildah', ...this.#options, ...args]
  }

  /** @returns what it prints, without the line end @throws {Error} if it fails */
  output(...args: string[]): string {
    const [program, ...rest] = this.command(args)
    return execFileSync(program!, rest, {
      env: this.environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 2 ** 26,
    }).trim()
  }

  /** Shows what it prints. @throws {Error} if it fails */
  show(...args: string[]): void {
    const [program, ...rest] = this.command(args)
    const { status } = spawnSync(program!, rest, {
      env: this.environment,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    if (status !== 0) throw new Error(`buildah ${args[0]} failed with exit code ${status}`)
  }

  isKnown(image: string): boolean {
    const [program, ...rest] = this.command(['inspect', '--type', 'image', image])
    return spawnSync(program!, rest, { env: this.environment, stdio: 'ignore' }).status === 0
  }
}
