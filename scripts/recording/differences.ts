import type { Recorded } from './player.ts'

/** Compares two recordings. @returns a text for each line that is missing, new or different */
export function differencesBetween(before: readonly Recorded[], after: readonly Recorded[]): string[] {
  const earlier = new Map(before.map(({ name, content }) => [name, content]))
  const later = new Map(after.map(({ name, content }) => [name, content]))
  const differences: string[] = []
  for (const name of earlier.keys()) if (!later.has(name)) differences.push(`- ${name}`)
  for (const [name, content] of later) {
    if (!earlier.has(name)) {
      differences.push(`+ ${name}`)
      continue
    }
    const lines = differingLines(toLines(earlier.get(name)), toLines(content))
    if (lines.length > 0) differences.push([`≠ ${name}`, ...lines].join('\n'))
  }
  return differences
}

function toLines(content: unknown): string[] {
  return JSON.stringify(content, null, 1).split('\n')
}

/** Lines that only one of both has; common beginnings and ends are left out. */
function differingLines(before: string[], after: string[]): string[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  const shortest = Math.min(before.length, after.length) - start
  while (end < shortest && before.at(-1 - end) === after.at(-1 - end)) end++
  return [
    ...before.slice(start, before.length - end).map((line) => `  - ${line}`),
    ...after.slice(start, after.length - end).map((line) => `  + ${line}`),
  ]
}
