import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import type { Image } from '../catalog/catalog.ts'
import { DomainError, messageOf } from '../errors.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import type { IncludeRules } from '../gallery/include.ts'
import { findRealFile } from '../gallery/links.ts'
import { fileNotFound } from './originals.ts'

export interface RevealOptions {
  root: string
  walk: IncludeRules
}

/** Shows the file of an image in the file manager of this machine. @throws {DomainError} `image_not_found`, `not_supported` */
export type Reveal = (image: Pick<Image, 'path'>) => Promise<void>

export function createReveal({ root, walk }: RevealOptions): Reveal {
  return async ({ path }) => {
    const real = await findRealFile(root, path, walk)
    if (real === undefined) throw fileNotFound()
    // A name that is not UTF-8 can't be an argument; its folder usually can.
    const isText = typeof toSystemPath(real) === 'string'
    await start(...commandFor(process.platform, isText ? real : dirname(real)))
  }
}

/** The path is one argument of a program that is started without a shell, and it is absolute, so that it is no option. */
export function commandFor(platform: NodeJS.Platform, file: string): [program: string, args: string[]] {
  if (platform === 'darwin') return ['open', ['-R', file]]
  if (platform === 'win32') return ['explorer.exe', [`/select,${file}`]]
  // Desktops of Linux agree on no way to select a file.
  return ['xdg-open', [dirname(file)]]
}

async function start(program: string, args: string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore', detached: true })
  try {
    await once(child, 'spawn')
  } catch (error) {
    const message = `The file manager can't be started (${messageOf(error)}).`
    throw new DomainError('not_supported', message, { cause: error })
  }
  child.unref()
}
