import { Slider as Radix } from 'radix-ui'

interface SliderProps {
  label: string
  value: number
  min: number
  max: number
  step?: number
  /** The value in words. */
  valueText?: string
  onChange: (value: number) => void
  /** Whether the part below the value is in the accent. */
  isFilled?: boolean
  className?: string
}

export function Slider({
  label,
  value,
  min,
  max,
  step = 1,
  valueText,
  onChange,
  isFilled = false,
  className = '',
}: SliderProps) {
  return (
    <Radix.Root
      value={[value]}
      min={min}
      max={max}
      step={step}
      onValueChange={([next]) => next !== undefined && onChange(next)}
      className={`relative flex h-6 touch-none items-center select-none coarse:h-11 ${className}`}
    >
      <Radix.Track className="relative h-0.5 grow rounded-full bg-line-strong">
        {isFilled && <Radix.Range className="absolute -inset-y-px rounded-full bg-accent" />}
      </Radix.Track>
      <Radix.Thumb
        aria-label={label}
        aria-valuetext={valueText}
        className={`block rounded-full shadow-low ${isFilled ? 'size-4.5 bg-accent' : 'size-3.5 border-2 border-ink-2 bg-surface'}`}
      />
    </Radix.Root>
  )
}
