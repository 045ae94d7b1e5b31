import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { installDebianPackages } from './debian.ts'

const CANDIDATES = ['/usr/bin/strace', '/usr/local/bin/strace']

/** Returns the path of strace. */
export function findStrace(): string | undefined {
  return CANDIDATES.find((path) => existsSync(path))
}

/** Finds a strace that may trace, or installs one if no question has to be answered. */
export function provideStrace(): { path: string } | { problem: string } {
  if (process.platform !== 'linux')
    return { problem: 'The test of network access needs strace, which there is for Linux only.' }
  const path = findStrace() ?? (installDebianPackages(['strace']) ? findStrace() : undefined)
  if (path === undefined)
    return {
      problem:
        'The test of network access needs strace: install it (Debian, Ubuntu: "sudo apt-get install strace").',
    }
  const { status, stderr } = spawnSync(path, ['-f', '-e', 'trace=connect', '-o', '/dev/null', 'true'], {
    encoding: 'utf8',
  })
  if (status === 0) return { path }
  return {
    problem: `The test of network access needs the right to trace processes (ptrace), which strace does not have here: ${stderr.trim()}. In a container, add the capability SYS_PTRACE.`,
  }
}
