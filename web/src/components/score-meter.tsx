/** Shows the similarity of a result as a bar at the lower left of its tile. @param score 0…1 */
export function ScoreMeter({ score }: { score: number }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 26 3"
      preserveAspectRatio="none"
      className="pointer-events-none absolute bottom-2 left-2 h-0.75 w-6.5 rounded-full bg-picture-meter shadow-low contrast-more:h-1.25"
    >
      <rect width={26 * Math.max(0, Math.min(1, score))} height="3" className="fill-on-picture" />
    </svg>
  )
}
