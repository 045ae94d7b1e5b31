import { Argument, Command, Option } from 'commander'
import { MAX_KEY_NAME } from '../accounts/api-keys.ts'
import { ROLES, type Role, type User, type Users, withAccounts } from '../admin/users.ts'
import { parseEmail } from '../contract/email.ts'
import { readText } from '../contract/input.ts'
import { DomainError } from '../errors.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'
import { printTable } from './table.ts'

interface KeysOptions extends CommonOptions {
  folder?: string
}

/** API keys of users, for scripts, the command line and workers. */
export function keysCommand(): Command {
  const command = new Command('keys').description('list, add and revoke the API keys of a user')
  const withOwner = (name: string, description: string) =>
    withCommonOptions(new Command(name).description(description))
      .addArgument(new Argument('<email>', 'address of the owner').argParser(emailOf))
      .option('--folder <folder>', 'the gallery; default: watcher.watched_directory')
  command.addCommand(withOwner('list', 'list the keys of a user').action(list))
  command.addCommand(
    withOwner('add', 'create a key and print its token, which is not shown again')
      .addOption(
        new Option('--name <name>', 'the purpose of the key').default('command line').argParser(nameOf),
      )
      .addOption(new Option('--role <role>', 'rights of the key; default: those of its owner').choices(ROLES))
      .action(add),
  )
  command.addCommand(
    withOwner('revoke', 'revoke a key').argument('<id>', 'id of the key, from "keys list"').action(revoke),
  )
  return command
}

async function list(email: string, options: KeysOptions): Promise<void> {
  const found = await withAccounts(configFor(options.folder, options), async ({ users, keys }) =>
    keys.list((await findUser(users, email)).id),
  )
  if (found.length === 0) return console.log(`${email} has no keys.`)
  printTable([
    ['id', 'role', 'created', 'last used', 'name'],
    ...found.map(({ id, role, createdAt, usedAt, name }) => [
      id,
      role,
      createdAt.slice(0, 10),
      usedAt?.slice(0, 10) ?? 'never',
      name,
    ]),
  ])
}

async function add(email: string, options: KeysOptions & { name: string; role?: Role }): Promise<void> {
  const token = await withAccounts(configFor(options.folder, options), async ({ users, keys }) => {
    const owner = await findUser(users, email)
    const created = await keys.create(owner, { name: options.name, role: options.role ?? owner.role })
    return created.token
  })
  console.log(token)
  console.error('This key is shown once.')
}

async function revoke(email: string, id: string, options: KeysOptions): Promise<void> {
  await withAccounts(configFor(options.folder, options), async ({ users, keys }) =>
    keys.revoke((await findUser(users, email)).id, id),
  )
  console.log(`The key ${id} has been revoked.`)
}

/** @throws {DomainError} `user_not_found` */
export async function findUser(users: Users, email: string): Promise<User> {
  const user = await users.getByEmail(email)
  if (user === undefined)
    throw new DomainError('user_not_found', `There is no user with the address ${JSON.stringify(email)}.`)
  return user
}

/** @throws {DomainError} `invalid_request` */
function nameOf(text: string): string {
  const name = readText(text, 1, MAX_KEY_NAME)
  if (typeof name === 'string') return name
  throw new DomainError('invalid_request', `The name of a key has 1 to ${MAX_KEY_NAME} characters.`)
}

/** @throws {DomainError} `invalid_request` */
export function emailOf(text: string): string {
  const email = parseEmail(text)
  if (email === undefined)
    throw new DomainError('invalid_request', `${JSON.stringify(text)} is not an e-mail address.`)
  return email
}
