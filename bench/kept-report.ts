const TITLE =
  '# Results of `npm run bench`\n\nThis page answers: How fast are indexing, queries, both vector indexes, the start and the page?\n'
const MARK = /^<!-- ([\w-]+) -->$/m

/** The parts of a kept report by name; each follows a comment with its name. */
export function partsOf(report: string): Map<string, string> {
  const [, ...pieces] = report.split(MARK)
  const parts = new Map<string, string>()
  for (let n = 0; n < pieces.length; n += 2) parts.set(pieces[n]!, pieces[n + 1]!.trim())
  return parts
}

/** Writes a report with its parts in the given order. */
export function reportOf(parts: ReadonlyMap<string, string>, order: readonly string[]): string {
  const known = order.filter((name) => parts.has(name))
  return [TITLE, ...known.map((name) => `<!-- ${name} -->\n\n${parts.get(name)}\n`)].join('\n')
}
