import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { definitionFor } from '../testing/embedders.ts'
import { pythonWithNumpy } from '../testing/python.ts'
import { type Response, readFrames, writeFrame } from './process/protocol.ts'
import type { EmbedderDefinition } from './registry.ts'
import { withoutTelemetry } from './telemetry.ts'

const NODE_PROGRAM = [process.execPath, join(import.meta.dirname, 'process', 'worker.ts')]
const PYTHON_PROGRAM = [pythonWithNumpy(), join(import.meta.dirname, 'process', 'worker.py')]
const EXAMPLES = join(import.meta.dirname, '../../../examples')
const ONNX = definitionFor({ target: 'onnx', kwargs: { path: join(EXAMPLES, 'model.onnx') } })
const COLOR_GRID = definitionFor({ file: join(EXAMPLES, 'color_grid.py'), class_name: 'ColorGrid' })

/** Starts an embedding process in an environment of the test's own. Returns whether it has loaded the model, or why not. */
function outcome(
  [program, ...args]: string[],
  definition: EmbedderDefinition,
  env: NodeJS.ProcessEnv,
): Promise<Response> {
  const child: ChildProcess = spawn(program!, args, { stdio: ['pipe', 'ignore', 'ignore', 'pipe'], env })
  onTestFinished(() => void child.kill('SIGKILL'))
  return new Promise((resolve, reject) => {
    const onMessage = (message: Response) => void (message.type !== 'progress' && resolve(message))
    readFrames<Response>(child.stdio[3] as Readable, onMessage, reject)
    child.once('exit', (code) => reject(new Error(`It ended with code ${code}.`)))
    const facts = { cacheDirectory: '', fingerprint: '', threads: undefined }
    writeFrame(child.stdin!, { type: 'load', name: 'mine', definition, ...facts })
  })
}

describe('the telemetry of ONNX Runtime', () => {
  it('is switched off in the environment of a process, whatever was there before', () => {
    const environment = withoutTelemetry({ ORT_DISABLE_TELEMETRY: '0', PATH: '/bin' })
    expect(environment).toEqual({ ORT_DISABLE_TELEMETRY: '1', DO_NOT_TRACK: '1', PATH: '/bin' })
  })

  it.each([
    ['Node', NODE_PROGRAM, ONNX],
    ['Python', PYTHON_PROGRAM, COLOR_GRID],
  ])('keeps an embedding process in %s from loading a model', async (_, program, definition) => {
    for (const value of [undefined, '', '0']) {
      const env = { ...process.env, ORT_DISABLE_TELEMETRY: value }
      expect(await outcome(program, definition, env)).toMatchObject({
        type: 'error',
        message: expect.stringContaining('ORT_DISABLE_TELEMETRY=1 has to be in the environment'),
      })
    }
    expect(await outcome(program, definition, withoutTelemetry())).toMatchObject({ type: 'ready' })
  })

  it.runIf(process.platform === 'linux')(
    'is not switched off by a process that has already begun (Linux)',
    () => {
      const script = `
      process.env.ORT_DISABLE_TELEMETRY = '1'
      const { assertTelemetryIsOff } = await import(${JSON.stringify(join(import.meta.dirname, 'telemetry.ts'))})
      try { assertTelemetryIsOff(); console.log('off') } catch { console.log('on') }`
      const run = (env: NodeJS.ProcessEnv) =>
        execFileSync(process.execPath, ['--input-type=module', '-e', script], {
          env,
          encoding: 'utf8',
        }).trim()
      expect(run({ ...process.env, ORT_DISABLE_TELEMETRY: undefined })).toBe('on')
      expect(run(withoutTelemetry())).toBe('off')
    },
  )
})
