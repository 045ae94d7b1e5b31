import { Writable } from 'node:stream'
import pino, { type Logger } from 'pino'
import pretty from 'pino-pretty'

export type { Logger }

/** The log as most modules use it: sentences of two levels. */
export interface Log {
  info(message: string): void
  warn(message: string): void
}

/** A line at the bottom of the terminal that is rewritten in place. */
export interface StatusLine {
  show(text: string): void
  clear(): void
}

const PINO_LEVEL = {
  CRITICAL: 'fatal',
  ERROR: 'error',
  WARNING: 'warn',
  INFO: 'info',
  DEBUG: 'debug',
} as const

interface LogSettings {
  log_level: keyof typeof PINO_LEVEL
  log_format: 'text' | 'json'
}

const DEFAULT_COLUMNS = 80
const CLEAR_LINE = '\r\x1b[2K'

const NO_STATUS: StatusLine = { show: () => {}, clear: () => {} }

/** The log goes to standard error, as readable lines or as JSON lines. In a terminal, a status line stays below it. */
export function createLog(
  { log_level: configured, log_format: format }: LogSettings,
  stream: NodeJS.WriteStream,
): { log: Logger; status: StatusLine } {
  const level = PINO_LEVEL[configured]
  ignoreErrors(stream)
  if (format === 'json') {
    const timestamp = pino.stdTimeFunctions.isoTime
    return { log: pino({ level, base: null, timestamp }, passingOn(stream)), status: NO_STATUS }
  }
  if (!stream.isTTY) {
    const formatter = pretty({
      destination: passingOn(stream),
      colorize: false,
      ignore: 'pid,hostname',
      translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l o',
      sync: true,
    })
    return { log: pino({ level }, formatter), status: NO_STATUS }
  }
  let line = ''
  const formatter = pretty({
    destination: passingOn(stream, (text) => (line === '' ? text : `${CLEAR_LINE}${text}${line}`)),
    colorize: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    sync: true,
  })
  const status: StatusLine = {
    show(text) {
      // A terminal of unknown width returns 0.
      line = text.slice(0, (stream.columns || DEFAULT_COLUMNS) - 1)
      stream.write(`${CLEAR_LINE}${line}`)
    },
    clear() {
      if (line !== '') stream.write(CLEAR_LINE)
      line = ''
    },
  }
  return { log: pino({ level }, formatter), status }
}

/** While the disk with the log is full, its lines are lost. The server goes on, and the next line that fits is written. */
function ignoreErrors(stream: NodeJS.WriteStream): void {
  if (stream.listenerCount('error') === 0) stream.on('error', () => {})
}

/** Hides the errors of a stream from writers that would write nothing after the first one. */
function passingOn(stream: NodeJS.WriteStream, edit = (text: string) => text): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      stream.write(edit(String(chunk)))
      done()
    },
  })
}
