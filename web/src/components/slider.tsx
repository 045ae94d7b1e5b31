interface SliderProps {
  label: string
  value: number
  min: number
  max: number
  step?: number
  /** The value in words. */
  valueText?: string
  onChange: (value: number) => void
  /** Whether its thumb is in the accent. */
  isFilled?: boolean
  className?: string
}

/** A range input of the browser, which handles keys and announcements. */
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
    <input
      type="range"
      aria-label={label}
      aria-valuetext={valueText}
      title={label}
      value={value}
      min={min}
      max={max}
      step={step}
      onChange={({ target }) => onChange(target.valueAsNumber)}
      className={`slider min-w-16 coarse:h-11 ${isFilled ? 'slider-filled w-full' : ''} ${className}`}
    />
  )
}
