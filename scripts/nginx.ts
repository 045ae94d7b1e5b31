import { existsSync } from 'node:fs'
import { installDebianPackages } from './debian.ts'

const CANDIDATES = [
  '/usr/sbin/nginx',
  '/usr/local/sbin/nginx',
  '/usr/local/bin/nginx',
  '/opt/homebrew/bin/nginx',
]

/** @returns the path of nginx; `NGINX_PATH` wins over the usual places */
export function findNginx(): string | undefined {
  const chosen = process.env.NGINX_PATH
  return chosen !== undefined && chosen !== '' ? chosen : CANDIDATES.find((path) => existsSync(path))
}

/** Finds nginx, or installs it if no question has to be answered. */
export function provideNginx(): { path: string } | { problem: string } {
  const path = findNginx() ?? (installDebianPackages(['nginx-light']) ? findNginx() : undefined)
  if (path !== undefined && existsSync(path)) return { path }
  return {
    problem:
      'The tests behind a reverse proxy need nginx: install it (Debian, Ubuntu: "sudo apt-get install nginx-light"; macOS: "brew install nginx") or set NGINX_PATH.',
  }
}
