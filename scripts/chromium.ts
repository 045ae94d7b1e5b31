import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const CANDIDATES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** @returns the path of a Chromium; `CHROMIUM_PATH` wins over the usual places */
export function findChromium(): string | undefined {
  const chosen = process.env.CHROMIUM_PATH
  return chosen !== undefined && chosen !== '' ? chosen : CANDIDATES.find((path) => existsSync(path))
}

/** Finds Chromium, or installs it where that needs no questions: as root on a Debian-like system. */
export function provideChromium(): { path: string } | { problem: string } {
  const found = findChromium()
  if (found !== undefined) {
    return existsSync(found)
      ? { path: found }
      : { problem: `CHROMIUM_PATH is ${found}, and there is no such file.` }
  }
  const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (canInstall) {
    console.log('Installing Chromium with apt-get …')
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    for (const args of [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
    ]) {
      spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: environment })
    }
    const installed = findChromium()
    if (installed !== undefined) return { path: installed }
  }
  return {
    problem:
      'The browser tests need Chromium: install it (Debian, Ubuntu: "sudo apt-get install chromium"; macOS: "brew install chromium") or set CHROMIUM_PATH to a Chrome or Chromium.',
  }
}
