import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../e2e/support/product.ts'
import { picture, writeDated } from './gallery.ts'
import { LOG_TIME } from './mask.ts'
import type { Recorded } from './player.ts'

const HELP = [
  [],
  ...[
    'serve',
    'worker',
    'index',
    'search',
    'evaluate',
    'embedders',
    'prune',
    'users',
    'trash',
    'collections',
    'export',
    'copy-catalog',
    'config',
  ].map((command) => [command]),
  ...['list', 'add', 'remove', 'role'].map((command) => ['users', command]),
  ...['list', 'show'].map((command) => ['collections', command]),
]
/** Commands on a gallery of two images, and invalid commands. */
const COMMANDS = [
  ['--version'],
  ['help'],
  ['serv'],
  ['index', 'none'],
  ['index', 'gallery', '--unknown'],
  ['index', 'gallery'],
  ['index', 'gallery'],
  ['search', 'gallery'],
  ['search', 'gallery', '--image', 'gallery/a.png'],
  ['search', 'gallery', '--image', 'none.png'],
  ['collections', 'list', '--folder', 'gallery'],
  ['collections', 'show', 'none', '--folder', 'gallery'],
  ['export', '--folder', 'gallery', '--format', 'paths'],
  ['export', '--folder', 'gallery', '--format', 'paths', '--query', 'nam=x'],
  ['prune', 'gallery', '--embedder', 'none'],
  ['worker', 'gallery'],
  ['serve', 'gallery', '--no-index'],
  ['serve', 'gallery', '--port', 'x'],
  ['users', 'list'],
  ['copy-catalog', '--from', 'none.yaml', '--to', 'none.yaml'],
  ['evaluate', '--gallery', 'none', '--queries', 'none'],
  ['config', 'gallery'],
]

/** Runs each command with `--help`, and a few that end by themselves. */
export async function recordCommands(directory: string): Promise<Recorded[]> {
  const root = join(directory, 'gallery')
  mkdirSync(root, { recursive: true })
  writeDated(root, 'a.png', await picture(1), 1)
  writeDated(root, 'b.png', await picture(2), 2)
  const recording: Recorded[] = []
  for (const command of HELP) recording.push(await run([...command, '--help'], directory))
  for (const command of COMMANDS) recording.push(await run(command, directory))
  const names = new Map<string, number>()
  return recording.map(({ name, content }) => {
    const count = (names.get(name) ?? 0) + 1
    names.set(name, count)
    return { name: count === 1 ? name : `${name} #${count}`, content }
  })
}

async function run(args: string[], directory: string): Promise<Recorded> {
  const environment = {
    XDG_DATA_HOME: join(directory, 'data'),
    SERVER__EMBEDDER_REGISTRY__CHOSEN_EMBEDDER: 'classical',
    COLUMNS: '100',
  }
  const { code, stdout, stderr } = await runCommand(args, environment, directory)
  const mask = (text: string) =>
    text
      .replaceAll(directory, '<directory>')
      .replaceAll(/"time":"[^"]*"/g, '"time":"<now>"')
      .replaceAll(LOG_TIME, '[<now>]')
      .replaceAll(/\d+(\.\d+)? (ms|s|images\/s|MB)\b/g, '<number> $2')
      .replaceAll(/sketch-search-record-\w{6}/g, 'sketch-search-record-<random>')
      .replaceAll(/-[0-9a-f]{8}\b/g, '-<hash>')
  return {
    name: `command: ${args.join(' ')}`,
    content: { code, stdout: mask(stdout).split('\n'), stderr: mask(stderr).split('\n') },
  }
}
