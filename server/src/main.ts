/** The command line. */
import { Command, CommanderError } from 'commander'
import { DomainError, messageOf } from './errors.ts'
import { VERSION } from './version.ts'

/** Each is loaded only if it is asked for. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./commands/serve.ts')).serveCommand(),
  worker: async () => (await import('./commands/worker.ts')).workerCommand(),
  index: async () => (await import('./commands/index-folder.ts')).indexCommand(),
  search: async () => (await import('./commands/search.ts')).searchCommand(),
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluateCommand(),
  embedders: async () => (await import('./commands/embedders.ts')).embeddersCommand(),
  prune: async () => (await import('./commands/prune.ts')).pruneCommand(),
  users: async () => (await import('./commands/users.ts')).usersCommand(),
  'copy-catalog': async () => (await import('./commands/copy-catalog.ts')).copyCatalogCommand(),
  config: async () => (await import('./commands/config.ts')).configCommand(),
}
const DEFAULT_COMMAND = 'serve'
/** Words that are about all commands. */
const ABOUT_ALL = ['help', '--help', '-h']

const program = new Command('sketch-search')
  .description(
    'Find pictures by their looks: draw a sketch or give an image, see what is like it in your folder.',
  )
  .version(VERSION)
  .showSuggestionAfterError()
for (const name of asked(process.argv[2]))
  program.addCommand(await COMMANDS[name]!(), { isDefault: name === DEFAULT_COMMAND })

// Ends as the system would end it, but tells what it has started; a command that wants to do more has its own handler.
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(code)
  })
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode)
  // Whoever reads a terminal wants the sentence; the stack is for what nobody expected.
  const isExpected = error instanceof DomainError
  console.error(isExpected ? `sketch-search: ${error.message}` : error)
  if (!isExpected) console.error(`sketch-search: unexpected error: ${messageOf(error)}`)
  process.exit(1)
}

/** The commands that the first word may be about. */
function asked(word = ''): string[] {
  if (ABOUT_ALL.includes(word)) return Object.keys(COMMANDS)
  return [Object.hasOwn(COMMANDS, word) ? word : DEFAULT_COMMAND]
}
