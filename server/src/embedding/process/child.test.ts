import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { definitionFor } from '../../testing/embedders.ts'

const MAX_OPEN_FILES = 100

it('a process for which no file descriptor is free is a failed start', () => {
  const program = `
    import { closeSync, openSync } from 'node:fs'
    import { startEmbeddingProcess } from ${JSON.stringify(import.meta.resolve('./child.ts'))}
    const open = []
    try {
      for (;;) open.push(openSync('/dev/null'))
    } catch {
      // All are in use.
    }
    const reason = await startEmbeddingProcess('mine', ${JSON.stringify(definitionFor({ target: 'classical' }))}, {
      signal: new AbortController().signal,
      loadSettings: { cacheDirectory: '', fingerprint: '', threads: undefined },
      onOutput: () => {},
      onIdleExit: () => {},
    }).catch((error) => error.message)
    open.forEach(closeSync)
    await new Promise(setImmediate)
    console.log(reason)
  `
  const limited = `ulimit -n ${MAX_OPEN_FILES} && exec "$0" --input-type=module -e "$1"`
  const { stdout, stderr } = spawnSync('sh', ['-c', limited, process.execPath, program], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^spawn .* EMFILE\n$/)
})
