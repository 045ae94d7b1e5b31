import { z } from 'zod'
import { isAddressOrNetwork } from '../addresses.ts'
import { parseEmail } from '../contract/email.ts'
import { DEFAULT_EMBEDDER } from './built-in.ts'
import { watcher } from './watcher-schema.ts'

const LOG_LEVELS = ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG'] as const

const MEBIBYTE = 1024 * 1024
const DAY_S = 24 * 3600

const arguments_ = {
  args: z.array(z.unknown()).default([]).describe('Positional arguments for the constructor.'),
  kwargs: z.record(z.string(), z.unknown()).default({}).describe('Keyword arguments for the constructor.'),
  device: z
    .enum(['auto', 'cpu', 'cuda'])
    .default('auto')
    .describe('Where ONNX Runtime runs the model. `auto` uses a GPU if one is available.'),
  python: z.string().min(1).optional().describe('Python interpreter for a Python class. Default: `python3`.'),
  start_timeout_s: z
    .number()
    .min(1)
    .max(DAY_S)
    .default(300)
    .describe('Seconds in which the embedder must load. Downloads do not count.'),
  batch_timeout_s: z
    .number()
    .min(1)
    .max(DAY_S)
    .default(120)
    .describe('Seconds after which a batch counts as hung and its process is restarted.'),
}

export const embedderSchema = z
  .union([
    z.strictObject({
      target: z
        .string()
        .min(1)
        .describe('Built-in kind, dotted name of a Python class, or `package-or-path#Export` of JavaScript.'),
      ...arguments_,
    }),
    z.strictObject({
      file: z.string().min(1).describe('File that contains the class.'),
      class_name: z.string().min(1).describe('Name of the class in `file`.'),
      ...arguments_,
    }),
  ])
  .describe('One embedder: `target`, or `file` and `class_name`.')

const hnsw = z.strictObject({
  m: z.int().min(2).max(100).default(16).describe('Neighbours of each vector in the index (pgvector’s `m`).'),
  ef_construction: z
    .int()
    .min(4)
    .max(1000)
    .default(64)
    .describe(
      'Candidates considered while the index is built (pgvector’s `ef_construction`), at least twice `m`.',
    ),
})

const POSTGRES_URL = /^postgres(ql)?:\/\//
const POSTGRES_URL_FORM = 'give postgresql://USER:PASSWORD@HOST:PORT/DATABASE'

const replica = z
  .strictObject({
    host: z.string().min(1).optional().describe('Host name or address of a standby server.'),
    port: z.int().min(1).max(65535).default(5432).describe('Its port.'),
    url: z
      .string()
      .regex(POSTGRES_URL, POSTGRES_URL_FORM)
      .optional()
      .describe('URL instead of host and port, for other credentials than those of the primary.')
      .meta({ secret: true }),
  })
  .refine(({ host, url }) => (host === undefined) !== (url === undefined), 'give host (and port) or url')

const database = z
  .strictObject({
    host: z.string().min(1).default('localhost').describe('Host name or address of the PostgreSQL server.'),
    port: z.int().min(1).max(65535).default(5432).describe('Port of the PostgreSQL server.'),
    database: z.string().min(1).default('postgres').describe('Name of the database.'),
    user: z.string().min(1).default('postgres').describe('User name at the PostgreSQL server.'),
    password: z.string().default('postgres').describe('Password of that user.').meta({ secret: true }),
    url: z
      .string()
      .regex(POSTGRES_URL, POSTGRES_URL_FORM)
      .optional()
      .describe(
        'Replaces the keys above: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`. A URL in a variable has no effect if the file sets `database.host`.',
      )
      .meta({ secret: true }),
    ssl: z
      .enum(['disable', 'require', 'verify-full'])
      .default('disable')
      .describe(
        '`require` encrypts the connection; `verify-full` also checks the certificate of the server.',
      ),
    ssl_ca: z
      .string()
      .min(1)
      .optional()
      .describe('File with the CA certificates for `verify-full`. Default: those of the system.'),
    hnsw: hnsw.prefault({}).describe('How the vector index is built.'),
    distributed: z
      .boolean()
      .default(false)
      .describe(
        'Spreads the vectors over the nodes of a Citus cluster. The server is its coordinator. A database that is distributed stays so.',
      ),
    replicas: z
      .array(replica)
      .default([])
      .describe('Standby servers to read from (streaming replication), each `{host, port}` or `{url}`.'),
  })
  .superRefine(({ hnsw: { m, ef_construction: candidates } }, context) => {
    if (candidates < 2 * m)
      context.addIssue({
        code: 'custom',
        path: ['hnsw', 'ef_construction'],
        message: `is ${candidates}, but has to be at least twice database.hnsw.m, which is ${m}`,
      })
  })

const thumbnail = z.strictObject({
  size: z
    .tuple([z.int().min(16).max(1024), z.int().min(16).max(1024)])
    .default([128, 128])
    .describe('Width and height in pixels that a thumbnail has at least, unless the image is smaller.'),
  thumbnail_directory: z
    .string()
    .min(1)
    .optional()
    .describe('Folder for thumbnails. Default: `thumbnails` in the data directory.'),
})

const trash = z.strictObject({
  days: z
    .number()
    .min(0)
    .max(3650)
    .default(30)
    .describe('Days for which deleted images can be restored. With 0 they are deleted at once.'),
})

/** Node.js reads no larger file at once. */
const MAX_READ_BYTES = 2 ** 31 - 1

const limits = z.strictObject({
  max_file_bytes: z
    .int()
    .min(1024)
    .max(MAX_READ_BYTES)
    .default(256 * MEBIBYTE)
    .describe('A larger file, in bytes, is not read and is listed as a failure.'),
  max_upload_bytes: z
    .int()
    .min(1024)
    .max(MAX_READ_BYTES)
    .default(64 * MEBIBYTE)
    .describe('A larger upload, in bytes, is rejected with status 413.'),
  max_pixels: z
    .int()
    .min(1024)
    .max(1_000_000_000)
    .default(200_000_000)
    .describe(
      'An image with more pixels (width × height) is not decoded. Decoding takes up to 4 bytes per pixel.',
    ),
})

const embedderRegistry = z.strictObject({
  chosen_embedder: z
    .string()
    .min(1)
    .default(DEFAULT_EMBEDDER)
    .describe('Embedder for indexing and search: a built-in one, or a name under `embedders`.'),
  windows: z
    .enum(['none', 'half', 'quarter'])
    .default('none')
    .describe(
      'Parts of each image that have a vector as well, so that small things are found: `half` of its sides (9 parts) or also a `quarter` (25). Indexing takes 10 or 26 times as long.',
    ),
  embedders: z.record(z.string().min(1), embedderSchema).default({}).describe('Embedders by name.'),
})

/** The address of `Name <address>`, or an address alone. As for users, but its domain needs a dot. */
const emailAddress = z
  .string()
  .transform((text) => parseEmail(text) ?? '')
  .pipe(z.string().regex(/@.+\./, 'give an e-mail address such as anna@example.org'))

const smtp = z.strictObject({
  host: z.string().min(1).describe('Host name of the mail server.'),
  port: z.int().min(1).max(65535).default(587).describe('Port of the mail server.'),
  use_tls: z
    .boolean()
    .default(true)
    .describe('Encrypt the connection: TLS from the start on port 465, STARTTLS on others.'),
  ca: z
    .string()
    .min(1)
    .optional()
    .describe(
      'PEM file with the CA certificates that the certificate of the mail server is checked against, or with that certificate if it is self-signed. Default: those of Node.js.',
    ),
  username: z
    .string()
    .default('')
    .describe(
      'User name at the mail server. If the user name or the password is empty, mail is sent without authentication.',
    ),
  password: z.string().describe('Password at the mail server.').meta({ secret: true }),
  from_address: emailAddress.describe('Sender address of the e-mails.'),
})

const auth = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('none').describe('No sign-in: everyone who reaches the page is an admin.'),
  }),
  z.strictObject({
    kind: z.literal('otp').describe('Sign-in with a code sent by e-mail.'),
    smtp: smtp.describe('The mail server that sends the codes.'),
    default_user_email: emailAddress.describe(
      'E-mail address of the first admin, created if there is no user yet.',
    ),
    expires_in_s: z.int().min(30).max(DAY_S).default(300).describe('Seconds for which a code is valid.'),
    max_attempts: z.int().min(1).max(100).default(5).describe('Maximum number of attempts per code.'),
  }),
])

/** The kinds of sign-in, and `none`. */
export const AUTH_KINDS = auth.options.map(({ shape }) => shape.kind.value)

const session = z.strictObject({
  expires_in_s: z
    .int()
    .min(60)
    .max(400 * DAY_S)
    .default(3600)
    .describe('Seconds after its last use in which a session ends.'),
  secret_key: z
    .string()
    .optional()
    .describe(
      'Key that signs sessions, at least 16 characters. Without it, or with a placeholder, one is generated and stored in the data directory or in PostgreSQL.',
    )
    .meta({ secret: true }),
})

/** The whole configuration. It has the keys of the reference implementation, and others in the same style. */
export const configSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  port: z.int().min(1024).max(65535).default(8000).describe('Port to listen on.'),
  allowed_hosts: z
    .array(z.string().min(1))
    .default([])
    .describe('Host names that browsers may use besides `localhost`, such as `pictures.example.org`.'),
  trusted_proxies: z
    .array(z.string().refine(isAddressOrNetwork, 'give an IP address, or a network such as 10.0.0.0/8'))
    .default([])
    .describe(
      'Addresses or networks of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` headers are trusted. Do not list addresses of clients: a trusted client can pretend to have any address.',
    ),
  base_path: z
    .string()
    .regex(/^\/?[\w.~-]*(\/[\w.~-]+)*\/?$/, 'give a path such as /photos')
    .transform((path) => `/${path.replaceAll(/^\/|\/$/g, '')}`)
    .default('/')
    .describe('Path of the page, such as `/photos`, if a reverse proxy passes it on without removing it.'),
  open_in_file_manager: z
    .boolean()
    .default(false)
    .describe(
      'Let people at this machine open the folder of an image in its file manager. It has no effect with sign-in, or for clients on other machines.',
    ),
  log_level: z
    .enum(LOG_LEVELS)
    .default('INFO')
    .describe('Lowest severity that is logged. `DEBUG` also logs every request.'),
  log_format: z
    .enum(['text', 'json'])
    .default('text')
    .describe(
      'Format of the log: readable lines, or one JSON object per line for programs that collect logs.',
    ),
  dev: z
    .boolean()
    .default(false)
    .describe('For development (`npm run dev`): a page whose sources have changed is not built again.'),
  data_directory: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder for database, index and thumbnails. Default: a folder of the user, named after the gallery.',
    ),
  database: database
    .optional()
    .describe('A PostgreSQL server. Without it, the embedded SQLite database is used.'),
  watcher: watcher.prefault({}).describe('The gallery folder and how it is watched.'),
  thumbnail: thumbnail.prefault({}).describe('Thumbnails.'),
  trash: trash.prefault({}).describe('Deleted images.'),
  limits: limits.prefault({}).describe('Size limits.'),
  embedder_registry: embedderRegistry.prefault({}).describe('The embedders and the chosen one.'),
  auth: auth.default({ kind: 'none' }).describe('Sign-in.'),
  session: session.prefault({}).describe('Signed-in sessions.'),
})

type ParsedConfig = z.output<typeof configSchema>

/** The effective configuration: every path absolute, every default filled in, frozen. */
export interface Config extends Omit<ParsedConfig, 'data_directory' | 'thumbnail'> {
  readonly data_directory: string
  readonly thumbnail: { readonly size: [number, number]; readonly thumbnail_directory: string }
}

/** JSON Schema of the configuration file (draft 2020-12). */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { io: 'input' })
  return { title: 'Sketch-Search configuration', ...schema }
}
