import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'

const BENCH = join(import.meta.dirname, 'backbones.ts')

/** Runs the bench with a program in place of Python. */
async function compare(script: string): Promise<{ stdout: string; stderr: string }> {
  const program = join(await temporaryDirectory(), 'python')
  await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const run = promisify(execFile)(process.execPath, [BENCH, program, 'resnet18'])
  return run.catch((error) => error)
}

it.runIf(process.platform !== 'win32')('fails if only PyTorch can embed with a backbone', async () => {
  const computed = JSON.stringify({ name: 'resnet18', vectors: [[1, 0]] })
  const { stdout, stderr } = await compare(`echo '${computed}'`)
  expect(stdout).toMatch(/`resnet18` \| graph, fails: .* \| – \| works \|/)
  expect(stderr).toContain('Sketch-Search fails')
})

it.runIf(process.platform !== 'win32')(
  'fails if PyTorch ends before all backbones are compared',
  async () => {
    expect((await compare('exit 3')).stderr).toContain('ended with code 3 before resnet18')
    expect((await compare('exit 0')).stderr).toContain('ended with code 0 before resnet18')
  },
)
