interface ProgressRingProps {
  label: string
  /** 0…1 */
  share: number
}

const RADIUS = 8
const LENGTH = 2 * Math.PI * RADIUS

export function ProgressRing({ label, share }: ProgressRingProps) {
  return (
    <svg
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      viewBox="0 0 20 20"
      className="size-5 shrink-0 -rotate-90 fill-none stroke-accent"
      strokeWidth="2.5"
    >
      <circle cx="10" cy="10" r={RADIUS} className="stroke-sunken" />
      <circle
        cx="10"
        cy="10"
        r={RADIUS}
        strokeLinecap="round"
        strokeDasharray={`${share * LENGTH} ${LENGTH}`}
      />
    </svg>
  )
}
