import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { findNginx } from '../../scripts/nginx.ts'
import { freePort } from '../../server/src/testing/free-port.ts'

export interface Nginx {
  url: string
  /** Starts nginx, or restarts it with other directives. @param directives of its only server */
  serve(directives: string): Promise<void>
  /** Ends nginx, so that connections are refused. */
  stop(): Promise<void>
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** A real nginx on a port of its own, until the end of the test. */
export async function createNginx(): Promise<Nginx> {
  const path = findNginx()
  if (path === undefined) throw new Error('There is no nginx: run "npm test", which says how to get one.')
  const directory = await mkdtemp(join(tmpdir(), 'sketch-search-nginx-'))
  await mkdir(join(directory, 'logs'))
  const url = `http://127.0.0.1:${await freePort()}`
  let running: ChildProcess | undefined
  const stop = async () => {
    if (running === undefined) return
    const ended = new Promise((resolve) => running!.once('exit', resolve))
    running.kill('SIGTERM')
    await ended
    running = undefined
  }
  onTestFinished(async () => {
    await stop()
    await rm(directory, { recursive: true })
  })
  return {
    url,
    stop,
    async serve(directives) {
      await stop()
      const file = join(directory, 'nginx.conf')
      await writeFile(file, configuration(new URL(url).host, directives))
      running = spawn(path, ['-p', directory, '-c', file, '-e', 'logs/error.log', '-g', 'daemon off;'], {
        stdio: 'inherit',
      })
      await untilAnswered(`${url}/nginx-is-there`)
    },
  }
}

function configuration(address: string, directives: string): string {
  return `
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    worker_processes 1;
    pid nginx.pid;
    events {}
    http {
      access_log off;
      ${TEMPORARY.map((name) => `${name}_temp_path ${name};`).join(' ')}
      server {
        listen ${address};
        location = /nginx-is-there { return 204; }
        ${directives}
      }
    }`
}

async function untilAnswered(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await fetch(url).catch(() => undefined)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('nginx does not answer')
}
