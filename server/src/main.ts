/** The command line. */
import { Command, CommanderError } from 'commander'
import { configCommand } from './commands/config.ts'
import { copyCatalogCommand } from './commands/copy-catalog.ts'
import { embeddersCommand } from './commands/embedders.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { indexCommand } from './commands/index-folder.ts'
import { pruneCommand } from './commands/prune.ts'
import { searchCommand } from './commands/search.ts'
import { serveCommand } from './commands/serve.ts'
import { usersCommand } from './commands/users.ts'
import { workerCommand } from './commands/worker.ts'
import { DomainError, messageOf } from './errors.ts'
import { VERSION } from './version.ts'

const program = new Command('sketch-search')
  .description(
    'Find pictures by their looks: draw a sketch or give an image, see what is like it in your folder.',
  )
  .version(VERSION)
  .showSuggestionAfterError()
  .addCommand(serveCommand(), { isDefault: true })
  .addCommand(workerCommand())
  .addCommand(indexCommand())
  .addCommand(searchCommand())
  .addCommand(evaluateCommand())
  .addCommand(embeddersCommand())
  .addCommand(pruneCommand())
  .addCommand(usersCommand())
  .addCommand(copyCatalogCommand())
  .addCommand(configCommand())

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
