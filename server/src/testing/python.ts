import { findPython } from '../../../scripts/python.ts'

/** A Python that has numpy; `npm test` sees to it that there is one. */
export function pythonWithNumpy(): string {
  const python = findPython()
  if (python === undefined) throw new Error('No Python with numpy was found; npm test says how to get one.')
  return python
}
