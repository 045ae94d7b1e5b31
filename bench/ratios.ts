/** Tolerated loss of a ratio. */
const TOLERATED = 0.25

/**
 * Compares ratios, of which a higher one is better, with the stored ones.
 * @returns a line for each that was measured both times, and the number of those that are too low
 */
export function compareRatios(
  kept: Readonly<Record<string, number>>,
  measured: Readonly<Record<string, number>>,
): { lines: string[]; lost: number } {
  const both = Object.keys(measured).filter((name) => kept[name] !== undefined)
  const isLost = (name: string) => measured[name]! < (1 - TOLERATED) * kept[name]!
  return {
    lines: both.map((name) => {
      const [before, now] = [kept[name]!, measured[name]!].map((ratio) => ratio.toPrecision(3))
      return `${isLost(name) ? 'LOST' : 'ok  '} ${name}: ${before} → ${now}`
    }),
    lost: both.filter(isLost).length,
  }
}
