import { useEffect, useRef, useState } from 'react'
import { Button } from '../components/button.tsx'
import { FIELD, Field } from '../components/field.tsx'
import { Segmented } from '../components/segmented.tsx'
import { Switch } from '../components/switch.tsx'
import { useSettled } from '../components/use-settled.ts'
import { coordinates } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import {
  FOLDS,
  FURTHER_TEXT_NAMES,
  type PageChange,
  type PageState,
  RESULT_SORTS,
  SORTS,
} from '../state/address.ts'
import { DISTANCES } from '../state/near-place.ts'
import { FolderTree } from './folder-tree.tsx'
import { TYPES, typeName } from './type-name.ts'

export interface FiltersProps {
  state: PageState
  change: (part: PageChange) => void
  /** The list of which the order is chosen as well, where it has no menu of its own. */
  sorted?: 'gallery' | 'results'
}

export type FilterKind = 'sort' | 'folder' | 'date' | 'type' | 'further'

/** Pause in typing after which the server is queried again. */
const TEXT_AFTER_MS = 250

const FIELDS = {
  sort: SortField,
  folder: FolderFilter,
  date: DateFilter,
  type: TypeFilter,
  further: FurtherFilters,
}

/** The fields of filters, in the popover of their chip. */
export default function FilterFields({ kinds, ...props }: FiltersProps & { kinds: readonly FilterKind[] }) {
  return (
    <div className="flex flex-col gap-4">
      {kinds.map((kind) => {
        const Fields = FIELDS[kind]
        return <Fields key={kind} {...props} />
      })}
    </div>
  )
}

function SortField({ state, change, sorted }: FiltersProps) {
  const { sorts, sort: label } = messages.gallery
  const [key, values] =
    sorted === 'results' ? (['resultSort', RESULT_SORTS] as const) : (['sort', SORTS] as const)
  return (
    <label className="flex flex-col gap-1 font-medium">
      {label}
      <select
        value={state[key]}
        onChange={({ target }) => change({ [key]: target.value })}
        className={`${FIELD} font-normal`}
      >
        {values.map((value) => (
          <option key={value} value={value}>
            {sorts[value]}
          </option>
        ))}
      </select>
    </label>
  )
}

function TextFilter({ state, change, name }: FiltersProps & { name: (typeof FURTHER_TEXT_NAMES)[number] }) {
  const [text, setText] = useSettled(state[name], (next) => change({ [name]: next }), TEXT_AFTER_MS)
  return (
    <Field
      type="search"
      label={messages.gallery[name]}
      value={text}
      onChange={({ target: { value } }) => setText(value)}
    />
  )
}

function TypeFilter({ state, change }: FiltersProps) {
  const { gallery } = messages
  return (
    <fieldset className="-m-1.5 flex flex-col">
      <legend className="sr-only">{gallery.type}</legend>
      {['', ...TYPES].map((type) => (
        <label
          key={type}
          className="flex min-h-9.5 cursor-pointer items-center gap-2.5 rounded-lg px-2 coarse:min-h-11 hover:bg-sunken has-checked:font-medium"
        >
          <input
            type="radio"
            name="type"
            checked={state.type === type}
            onChange={() => change({ type })}
            className="accent-accent"
          />
          {typeName(type)}
        </label>
      ))}
    </fieldset>
  )
}

const RATINGS = ['0', '3', '4', '5'] as const

function FurtherFilters(props: FiltersProps) {
  const { state, change } = props
  const { gallery } = messages
  return (
    <>
      {FURTHER_TEXT_NAMES.map((name) => (
        <TextFilter key={name} {...props} name={name} />
      ))}
      <div className="flex flex-col gap-1">
        <span className="font-medium">{gallery.rating}</span>
        <Segmented
          label={gallery.rating}
          value={String(state.rating) as (typeof RATINGS)[number]}
          onChange={(value) => change({ rating: Number(value) })}
          options={RATINGS.map((value) => ({ value, text: gallery.stars(Number(value)) }))}
        />
      </div>
      <Switch
        label={messages.collections.starred}
        isOn={state.isStarred}
        onChange={(isStarred) => change({ isStarred })}
      />
      <div className="flex flex-col gap-1">
        <span className="font-medium">{gallery.fold}</span>
        <Segmented
          label={gallery.fold}
          value={state.fold}
          onChange={(fold) => change({ fold })}
          options={FOLDS.map((value) => ({ value, text: gallery.folds[value] }))}
        />
      </div>
      {state.near === undefined ? (
        <p className="text-13 text-ink-2">{gallery.nearHint}</p>
      ) : (
        <NearFilter near={state.near} change={change} />
      )}
    </>
  )
}

function NearFilter({
  near,
  change,
}: Pick<FiltersProps, 'change'> & { near: NonNullable<PageState['near']> }) {
  const { gallery } = messages
  return (
    <div className="flex flex-col gap-1">
      <span className="flex items-center justify-between font-medium">
        {gallery.near(coordinates(near.latitude, near.longitude))}
        <Button variant="ghost" size="small" onClick={() => change({ near: undefined })}>
          {gallery.anywhere}
        </Button>
      </span>
      <Segmented
        label={gallery.distance}
        value={String(near.kilometres)}
        onChange={(value) => change({ near: { ...near, kilometres: Number(value) } })}
        options={DISTANCES.map((distance) => ({
          value: String(distance),
          text: gallery.kilometres(distance),
        }))}
      />
    </div>
  )
}

function FolderFilter({ state, change }: FiltersProps) {
  return (
    <div className="flex flex-col gap-2">
      <Switch
        label={messages.gallery.withSubfolders}
        isOn={!state.isFlat}
        onChange={(isOn) => change({ isFlat: !isOn })}
      />
      <div className="max-h-72 overflow-y-auto">
        <FolderTree current={state.directory} onChoose={(directory) => change({ directory })} />
      </div>
    </div>
  )
}

const PRESET_DAYS = [7, 30, 365]

function DateFilter({ state, change }: FiltersProps) {
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        {PRESET_DAYS.map((days) => (
          <Button key={days} size="small" onClick={() => change({ from: dayBefore(days), to: '' })}>
            {messages.gallery.lastDays(days)}
          </Button>
        ))}
      </div>
      <div className="flex flex-wrap gap-3">
        <DayField
          label={messages.gallery.from}
          day={state.from}
          max={state.to || undefined}
          onDay={(from) => change({ from })}
        />
        <DayField
          label={messages.gallery.to}
          day={state.to}
          min={state.from || undefined}
          onDay={(to) => change({ to })}
        />
      </div>
    </div>
  )
}

function dayBefore(days: number): string {
  const date = new Date(Date.now() - days * 86_400_000)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

interface DayFieldProps {
  label: string
  day: string
  min?: string | undefined
  max?: string | undefined
  onDay: (day: string) => void
}

/** The text is no valid day while it is typed. Only complete days are put into the address. */
function DayField({ label, day: value, min, max, onDay }: DayFieldProps) {
  const [text, setText] = useState(value)
  const sent = useRef(value)
  useEffect(() => {
    if (value === sent.current) return
    sent.current = value
    setText(value)
  }, [value])
  return (
    <label className="flex flex-col gap-1 font-medium">
      {label}
      <input
        type="date"
        value={text}
        min={min}
        max={max}
        onChange={({ target }) => {
          setText(target.value)
          // A year that is being typed begins with zeros.
          if (target.value.startsWith('0')) return
          sent.current = target.value
          onDay(target.value)
        }}
        className={`${FIELD} font-normal`}
      />
    </label>
  )
}
