import { resolve } from 'node:path'
import { z } from 'zod'
import { nearestWords } from '../suggestions.ts'
import type { EmbedderDefinition } from './registry.ts'

const side = z.int().min(1).max(4096)

/** Two ways to write a size: one number for a square, or width and height. */
export const sizeArgument = z
  .union([side, z.tuple([side, side])], {
    error: 'has to be a number of pixels, or width and height, each from 1 to 4096',
  })
  .transform((size): [number, number] => (typeof size === 'number' ? [size, size] : size))

/** A number for all channels, or one for each. */
export const channelsArgument = z
  .union([z.number(), z.tuple([z.number(), z.number(), z.number()])], {
    error: 'has to be one number or three',
  })
  .transform((value) => (typeof value === 'number' ? [value, value, value] : value))

export const deviationArgument = channelsArgument.refine((values) => values.every((value) => value > 0), {
  message: 'has to be greater than 0',
})

/** A file, relative to the folder in which the command runs. */
export const fileArgument = z
  .string()
  .min(1)
  .transform((path) => resolve(path))

/** Keys that define how an embedder runs, but not its vectors. */
const BESIDE_TARGET = ['device', 'python', 'start_timeout_s', 'batch_timeout_s']

/**
 * The arguments of a built-in kind of embedder. Positional ones are taken in the order in which the schema names them.
 * @throws {Error} that names the argument and what would be right
 */
export function parseArguments<Shape extends z.ZodRawShape>(
  definition: Pick<EmbedderDefinition, 'args' | 'kwargs'>,
  shape: Shape,
): z.output<z.ZodObject<Shape>> {
  const names = Object.keys(shape)
  if (definition.args.length > names.length) {
    throw new Error(
      names.length === 0
        ? 'args: this embedder takes no arguments'
        : `args: there are ${definition.args.length}, where at most ${names.length} are known: ${names.join(', ')}`,
    )
  }
  const given: Record<string, unknown> = Object.fromEntries(
    definition.args.map((value, n) => [names[n], value]),
  )
  for (const [name, value] of Object.entries(definition.kwargs)) {
    // YAML's null stands for Python's None, which selects the default.
    if (value === null) continue
    if (name in given) throw new Error(`kwargs.${name}: is given in args too`)
    given[name] = value
  }
  for (const name of Object.keys(given)) {
    if (BESIDE_TARGET.includes(name))
      throw new Error(`kwargs.${name}: has to stand beside "target", not in kwargs`)
    if (names.length === 0) throw new Error(`kwargs.${name}: this embedder takes no arguments`)
    if (!names.includes(name)) throw new Error(`kwargs.${name}: is not known; ${suggestion(name, names)}`)
  }
  const parsed = z.object(shape).safeParse(given)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.')
    return given[String(path[0])] === undefined ? `kwargs.${name}: is missing` : `kwargs.${name}: ${message}`
  })
  throw new Error(problems.join('; '))
}

function suggestion(name: string, names: string[]): string {
  const [nearest] = nearestWords(name, names)
  return `did you mean ${nearest?.word}? Known arguments: ${names.join(', ')}`
}
