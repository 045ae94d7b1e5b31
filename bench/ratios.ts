/** Share of a ratio that may be lost by chance. */
const TOLERATED = 0.25

/**
 * Compares ratios, of which more is better, with those that were kept.
 * @returns a line for each that was measured both times, and how many have lost too much
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
