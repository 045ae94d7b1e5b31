import { existsSync, readFileSync } from 'node:fs'

/**
 * ONNX Runtime's own switch. From 1.29 on its binaries for Linux and macOS send names and hashes of models and an id of
 * the device to Microsoft, unless it is set when the library is loaded; its API can only stop part of that later.
 */
const RUNTIME_SWITCH = 'ORT_DISABLE_TELEMETRY'
/** Other libraries read `DO_NOT_TRACK`, such as those of Hugging Face in a Python class. */
const SWITCHES = { [RUNTIME_SWITCH]: '1', DO_NOT_TRACK: '1' }
/** The environment with which the process began. Native code sees no assignment to `process.env` in a worker thread. */
const INITIAL_ENVIRONMENT = '/proc/self/environ'

/** Returns the environment for a process that may load ONNX Runtime: every such process is started with it. */
export function withoutTelemetry(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...environment, ...SWITCHES }
}

/** @throws {Error} if this process was started in an environment in which ONNX Runtime sends telemetry */
export function assertTelemetryIsOff(): void {
  if (initialValue(RUNTIME_SWITCH) === SWITCHES[RUNTIME_SWITCH]) return
  throw new Error(
    `ONNX Runtime would send telemetry: ${RUNTIME_SWITCH}=1 has to be in the environment with which the process is started`,
  )
}

function initialValue(name: string): string | undefined {
  if (!existsSync(INITIAL_ENVIRONMENT)) return process.env[name]
  const entries = readFileSync(INITIAL_ENVIRONMENT, 'utf8').split('\0')
  return entries.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
}
