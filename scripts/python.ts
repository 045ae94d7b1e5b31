import { spawnSync } from 'node:child_process'
import { installDebianPackages } from './debian.ts'

const CANDIDATES = ['python3', '/usr/bin/python3', '/usr/local/bin/python3', 'python']
let found: string | undefined

/**
 * @returns the path of a Python that can import numpy, without the wrapper of a version manager, which starts slowly;
 * `TEST_PYTHON` wins over the usual names
 */
export function findPython(): string | undefined {
  const chosen = process.env.TEST_PYTHON
  for (const python of chosen ? [chosen] : CANDIDATES) {
    found ??= executableOf(python)
  }
  return found
}

function executableOf(python: string): string | undefined {
  const { status, stdout } = spawnSync(python, ['-c', 'import numpy, sys; print(sys.executable)'], {
    encoding: 'utf8',
  })
  return status === 0 ? stdout.trim() : undefined
}

/** Finds a Python with numpy, or installs one if no question has to be answered. */
export function providePython(): { path: string } | { problem: string } {
  const python = findPython() ?? (installDebianPackages(['python3-numpy']) ? findPython() : undefined)
  if (python !== undefined) return { path: python }
  return {
    problem:
      'The tests of embedders in Python need a Python with numpy: install it (Debian, Ubuntu: "sudo apt-get install python3-numpy"; elsewhere: "pip install numpy") or set TEST_PYTHON to a Python that has it.',
  }
}
