import { existsSync } from 'node:fs'
import { installDebianPackages } from './debian.ts'

const CANDIDATES = [
  // The same engine without windows: a page in a fresh context takes half of the time.
  '/usr/bin/chromium-headless-shell',
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

/** Finds Chromium, or installs it if no question has to be answered: as root on a Debian-like system. */
export function provideChromium(): { path: string } | { problem: string } {
  const found = findChromium()
  if (found !== undefined) {
    return existsSync(found)
      ? { path: found }
      : { problem: `CHROMIUM_PATH is ${found}, and there is no such file.` }
  }
  const installed = installDebianPackages(['chromium']) ? findChromium() : undefined
  if (installed !== undefined) return { path: installed }
  return {
    problem:
      'The browser tests need Chromium: install it (Debian, Ubuntu: "sudo apt-get install chromium"; macOS: "brew install chromium") or set CHROMIUM_PATH to a Chrome or Chromium.',
  }
}
