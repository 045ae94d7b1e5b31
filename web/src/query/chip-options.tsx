import { Crop, Layers, Minus, Plus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { PatientImage } from '../components/patient-image.tsx'
import { Segmented } from '../components/segmented.tsx'
import { Slider } from '../components/slider.tsx'
import { messages } from '../messages/messages.ts'
import type { Influence } from '../state/query-terms.ts'

interface ChipOptionsProps {
  title: string
  subtitle?: string | undefined
  src: string | undefined
  isWanted?: boolean
  /** Whether results should be more or less like it; none for the drawing. */
  onWanted?: ((isWanted: boolean) => void) | undefined
  influence: Influence
  onInfluence: (influence: Influence) => void
  onRegion?: (() => void) | undefined
  onTrace?: (() => void) | undefined
  onRemove: () => void
}

/** Settings of a part of the search. */
export function ChipOptions(props: ChipOptionsProps) {
  const { title, subtitle, src, isWanted = true, onWanted, influence, onInfluence } = props
  const { query } = messages
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center gap-3">
        {src !== undefined && (
          <PatientImage
            key={src}
            src={src}
            alt=""
            className="size-14 rounded-control bg-sunken object-cover"
          />
        )}
        <p className="min-w-0 [overflow-wrap:anywhere]">
          <span className="font-semibold">{title}</span>
          {subtitle !== undefined && <span className="block text-13 text-ink-2">{subtitle}</span>}
        </p>
      </div>
      {onWanted && (
        <Segmented
          label={title}
          value={isWanted ? 'more' : 'less'}
          onChange={(value) => onWanted(value === 'more')}
          options={[
            { value: 'more', text: query.moreLikeThis, icon: <Plus /> },
            { value: 'less', text: query.lessLikeThis, icon: <Minus /> },
          ]}
        />
      )}
      <div>
        <div className="flex justify-between text-13">
          <span className="font-medium">{query.influence}</span>
          <span className="text-ink-2">{query.influences[influence]}</span>
        </div>
        <Slider
          label={query.influence}
          value={influence}
          min={0}
          max={4}
          valueText={query.influences[influence] ?? ''}
          onChange={(value) => onInfluence(value as Influence)}
          isFilled
        />
      </div>
      <div className="-mx-2 flex flex-col">
        {props.onRegion && (
          <Option icon={<Crop />} onClick={props.onRegion}>
            {query.searchRegion}
          </Option>
        )}
        {props.onTrace && (
          <Option icon={<Layers />} onClick={props.onTrace}>
            {query.trace}
          </Option>
        )}
        <Option icon={<X />} onClick={props.onRemove} isDanger>
          {query.remove}
        </Option>
      </div>
    </div>
  )
}

interface OptionProps {
  icon: ReactNode
  onClick: () => void
  isDanger?: boolean
  children: ReactNode
}

function Option({ icon, onClick, isDanger = false, children }: OptionProps) {
  return (
    <button
      type="button"
      onClick={onClick}
      className={`flex min-h-9.5 items-center gap-2.5 rounded-lg px-2 text-left transition-colors duration-hover coarse:min-h-11 hover:bg-sunken [&_svg]:size-4.5 ${isDanger ? 'text-danger' : '[&_svg]:text-ink-2'}`}
    >
      {icon}
      {children}
    </button>
  )
}
