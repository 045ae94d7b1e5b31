/** The command line. */
import { existsSync } from 'node:fs'
import { sep } from 'node:path'
import { Command, CommanderError } from 'commander'
import { DomainError, messageOf } from './errors.ts'
import { nearestWords } from './suggestions.ts'
import { VERSION } from './version.ts'

/** Commands are loaded on demand, because some need long to load. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./commands/serve.ts')).serveCommand(),
  worker: async () => (await import('./commands/worker.ts')).workerCommand(),
  index: async () => (await import('./commands/index-folder.ts')).indexCommand(),
  search: async () => (await import('./commands/search.ts')).searchCommand(),
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluateCommand(),
  embedders: async () => (await import('./commands/embedders.ts')).embeddersCommand(),
  prune: async () => (await import('./commands/prune.ts')).pruneCommand(),
  users: async () => (await import('./commands/users.ts')).usersCommand(),
  collections: async () => (await import('./commands/collections.ts')).collectionsCommand(),
  export: async () => (await import('./commands/export.ts')).exportCommand(),
  trash: async () => (await import('./commands/trash.ts')).trashCommand(),
  import: async () => (await import('./commands/import.ts')).importCommand(),
  'copy-catalog': async () => (await import('./commands/copy-catalog.ts')).copyCatalogCommand(),
  config: async () => (await import('./commands/config.ts')).configCommand(),
}
const DEFAULT_COMMAND = 'serve'
/** Maximum number of letters in which a mistyped command differs, even if a folder has this name. */
const MAX_EDITS = 2
/** Words that concern all commands. */
const ABOUT_ALL = ['help', '--help', '-h']

const program = new Command('sketch-search')
  .description('Find the pictures in a folder by a sketch, an image or words.')
  .version(VERSION)
  .showSuggestionAfterError()
const mistake = whyUnknown(process.argv[2])
if (mistake !== undefined) {
  console.error(`sketch-search: ${mistake}`)
  process.exit(1)
}
for (const name of requestedCommands(process.argv[2]))
  program.addCommand(await COMMANDS[name]!(), { isDefault: name === DEFAULT_COMMAND })

// Exits so that exit handlers end the processes that were started. A command with more to do has its own handler.
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(code)
  })
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode)
  // Only an unexpected error needs its stack.
  const isExpected = error instanceof DomainError
  console.error(isExpected ? `sketch-search: ${error.message}` : error)
  if (!isExpected) console.error(`sketch-search: unexpected error: ${messageOf(error)}`)
  process.exit(1)
}

/** Returns the commands that the first word can mean. */
function requestedCommands(word = ''): string[] {
  if (ABOUT_ALL.includes(word)) return Object.keys(COMMANDS)
  return [Object.hasOwn(COMMANDS, word) ? word : DEFAULT_COMMAND]
}

/** Returns the reason why the first word is neither a command nor a folder, with the nearest command. */
function whyUnknown(word = ''): string | undefined {
  if (!/^[a-z][a-z-]*$/i.test(word) || Object.hasOwn(COMMANDS, word) || ABOUT_ALL.includes(word))
    return undefined
  const [nearest] = nearestWords(word, Object.keys(COMMANDS))
  if (nearest === undefined) return undefined
  if (nearest.edits > MAX_EDITS && existsSync(word)) return undefined
  const folder = `for a folder of this name, write ${JSON.stringify(`.${sep}${word}`)}`
  return `unknown command ${JSON.stringify(word)}; the nearest one is ${JSON.stringify(nearest.word)} (${folder}).`
}
