import { Argument, Command } from 'commander'
import { describeUsers, importUsers } from '../accounts/import-users.ts'
import { ROLES, type Role, type User, type Users, withUsers } from '../admin/users.ts'
import { openReference } from '../database/postgres/reference.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'
import { printTable } from './table.ts'
import { emailOf, findUser, keysCommand } from './user-keys.ts'

interface UsersOptions extends CommonOptions {
  folder?: string
}

const PAGE_SIZE = 500

/** For people with access to the machine, which lets a locked-out admin in again. */
export function usersCommand(): Command {
  const command = new Command('users').description('list, add, change and remove the people who may sign in')
  const address = () => new Argument('<email>', 'address of the user').argParser(emailOf)
  const role = () => new Argument('<role>', 'what the user may do').choices(ROLES)
  const add = (name: string, description: string, args: Argument[], run: Run) => {
    const sub = withCommonOptions(new Command(name).description(description)).option(
      '--folder <folder>',
      'the gallery; default: watcher.watched_directory',
    )
    for (const argument of args) sub.addArgument(argument)
    sub.action((...given: unknown[]) => {
      const words = given.slice(0, args.length) as string[]
      const options = given[args.length] as UsersOptions
      return withUsers(configFor(options.folder, options), (users) => run(users, ...words))
    })
    command.addCommand(sub)
  }

  add('list', 'list all users', [], list)
  add('add', 'add a user', [address(), role()], async (users, email, role) => {
    const user = await users.add(email!, role as Role)
    console.log(`${user.email} may sign in as ${user.role}.`)
  })
  add('remove', 'remove a user and end their sessions', [address()], async (users, email) => {
    await users.remove((await findUser(users, email!)).id)
    console.log(`${email} may no longer sign in.`)
  })
  add(
    'role',
    'change what a user may do; the user has to sign in again',
    [address(), role()],
    async (users, email, role) => {
      const user = await findUser(users, email!)
      const changed = await users.update(user.id, { email: user.email, role: role as Role })
      console.log(`${changed.email} now has the role ${changed.role}.`)
    },
  )
  command.addCommand(importUsersCommand())
  command.addCommand(keysCommand())
  return command
}

function importUsersCommand(): Command {
  const command = new Command('import')
    .description('take over the users of the reference implementation, whose database is not changed')
    .requiredOption('--from <url>', 'its database: postgresql://USER:PASSWORD@HOST:PORT/DATABASE')
    .option('--folder <folder>', 'the gallery; default: watcher.watched_directory')
  return withCommonOptions(command).action(async (options: UsersOptions & { from: string }) => {
    const reference = openReference({ url: options.from })
    try {
      await reference.assertUsable()
      const found = await reference.users()
      const imported = await withUsers(configFor(options.folder, options), (users) =>
        importUsers(found, users),
      )
      for (const note of imported.notes) console.warn(note)
      console.log(describeUsers(imported))
    } finally {
      await reference.close()
    }
  })
}

type Run = (users: Users, ...words: (string | undefined)[]) => Promise<void>

async function list(users: Users): Promise<void> {
  const all: User[] = []
  for (let offset = 0; ; offset += PAGE_SIZE) {
    const { users: page, total } = await users.list({}, { offset, limit: PAGE_SIZE })
    all.push(...page)
    if (page.length === 0 || all.length >= total) break
  }
  if (all.length === 0)
    console.log('There are no users yet: the first start with auth.kind "otp" adds the first admin.')
  else printTable([['address', 'role'], ...all.map(({ email, role }) => [email, role])])
}
