/** Tolerated loss of a ratio of times, which vary from run to run on a shared machine. */
const TOLERATED = 0.25
/** Tolerated loss of recall, which hardly varies: vectors and queries have fixed seeds. */
const TOLERATED_RECALL = 0.01

/** A ratio with the version and the day that it was measured with. */
export interface StoredRatio {
  ratio: number
  version: string
  date: string
}

/**
 * Compares ratios, of which a higher one is better, with the stored ones.
 * @returns a line for each that was measured both times, and the number of those that are too low
 */
export function compareRatios(
  stored: Readonly<Record<string, StoredRatio>>,
  measured: Readonly<Record<string, number>>,
): { lines: string[]; lost: number } {
  const both = Object.entries(measured).flatMap(([name, now]) => {
    const before = stored[name]
    return before === undefined ? [] : [{ name, now, before }]
  })
  const compared = both.map(({ name, now, before: { ratio, version, date } }) => {
    const tolerated = name.endsWith(': recall') ? TOLERATED_RECALL : TOLERATED
    const isLost = now < (1 - tolerated) * ratio
    const change = `${ratio.toPrecision(3)} (version ${version}, ${date}) → ${now.toPrecision(3)}`
    return { isLost, line: `${isLost ? 'LOST' : 'ok  '} ${name}: ${change}` }
  })
  return { lines: compared.map(({ line }) => line), lost: compared.filter(({ isLost }) => isLost).length }
}
