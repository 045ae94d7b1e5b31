import { Writable } from 'node:stream'
import pino, { type Logger } from 'pino'
import pretty from 'pino-pretty'
import type { Config } from './config/schema.ts'

export type { Logger }

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
} as const satisfies Record<Config['log_level'], string>

const DEFAULT_COLUMNS = 80
const CLEAR_LINE = '\r\x1b[2K'

/**
 * The log goes to standard error: readable lines in a terminal, JSON lines elsewhere. In a terminal a status line stays
 * below them.
 */
export function createLog(
  level: Config['log_level'],
  stream: NodeJS.WriteStream,
): { log: Logger; status: StatusLine } {
  if (!stream.isTTY) {
    const log = pino(
      { level: PINO_LEVEL[level], base: null, timestamp: pino.stdTimeFunctions.isoTime },
      stream,
    )
    return { log, status: { show: () => {}, clear: () => {} } }
  }
  let line = ''
  const destination = new Writable({
    write(chunk, _encoding, done) {
      stream.write(line === '' ? chunk : `${CLEAR_LINE}${chunk}${line}`)
      done()
    },
  })
  const formatter = pretty({
    destination,
    colorize: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    sync: true,
  })
  const status: StatusLine = {
    show(text) {
      // A terminal that does not tell its width says 0.
      line = text.slice(0, (stream.columns || DEFAULT_COLUMNS) - 1)
      stream.write(`${CLEAR_LINE}${line}`)
    },
    clear() {
      if (line !== '') stream.write(CLEAR_LINE)
      line = ''
    },
  }
  return { log: pino({ level: PINO_LEVEL[level] }, formatter), status }
}
