import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PACKAGE = '@huggingface/transformers'
const VERSION = '4.3.1'
/** Not a dependency of the project: it is large, and few people need it. */
const PREFIX = fileURLToPath(new URL('../.cache/transformers', import.meta.url))

/** A folder whose `node_modules` contains the library, if it is installed. */
export function findTransformers(): string | undefined {
  return existsSync(`${PREFIX}/node_modules/${PACKAGE}/package.json`) ? PREFIX : undefined
}

/** Finds the library or installs it beside the project. @returns what is wrong, if anything */
export function provideTransformers(): { problem: string } | undefined {
  if (findTransformers() !== undefined) return undefined
  console.log(`Installing ${PACKAGE}@${VERSION} for the tests …`)
  const args = [
    'install',
    '--prefix',
    PREFIX,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `${PACKAGE}@${VERSION}`,
  ]
  const { status } = spawnSync('npm', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status === 0 && findTransformers() !== undefined) return undefined
  return {
    problem: `The tests of "target: transformers" need ${PACKAGE}@${VERSION}, which "npm ${args.join(' ')}" could not install.`,
  }
}
