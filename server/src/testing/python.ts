import { findPython } from '../../../scripts/python.ts'

/** Returns a Python with numpy, which `npm test` provides. */
export function pythonWithNumpy(): string {
  const python = findPython()
  if (python === undefined) throw new Error('No Python with numpy was found; npm test says how to get one.')
  return python
}
