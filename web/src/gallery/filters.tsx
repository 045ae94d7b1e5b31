import { Calendar, Folder as FolderIcon, SlidersHorizontal, Type } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from '../components/button.tsx'
import { FIELD, Field } from '../components/field.tsx'
import { FilterChip } from '../components/filter-chip.tsx'
import { Popover } from '../components/popover.tsx'
import { Switch } from '../components/switch.tsx'
import { useSettled } from '../components/use-settled.ts'
import { day } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { filterCount, NO_FILTERS, type PageChange, type PageState } from '../state/address.ts'
import { FolderTree } from './folder-tree.tsx'

interface FiltersProps {
  state: PageState
  change: (part: PageChange) => void
}

/** Typing a name asks the server again after this pause. */
const NAME_AFTER_MS = 250

/** The filters above the results, each in a chip; in a narrow pane all in one. */
export function Filters({ isNarrow, ...props }: FiltersProps & { isNarrow: boolean }) {
  const { state, change } = props
  const { gallery } = messages
  const count = filterCount(state)
  if (isNarrow) {
    return (
      <Popover
        label={gallery.filters}
        trigger={
          <Button
            variant={count > 0 ? 'plain' : 'ghost'}
            size="small"
            icon={<SlidersHorizontal />}
            className={count > 0 ? 'bg-accent-soft text-accent-ink' : ''}
          >
            {gallery.filters}
            {count > 0 && <span>{count}</span>}
          </Button>
        }
      >
        <div className="flex flex-col gap-4">
          <NameFilter {...props} />
          <DateFilter {...props} />
          <FolderFilter {...props} />
          {count > 0 && <Button onClick={() => change(NO_FILTERS)}>{gallery.clearFilters}</Button>}
        </div>
      </Popover>
    )
  }
  return (
    <>
      <FilterPopover
        label={gallery.folders}
        icon={<FolderIcon />}
        text={state.directory?.split('/').at(-1) ?? gallery.allFolders}
        onClear={
          state.directory === undefined && !state.isFlat
            ? undefined
            : () => change({ directory: undefined, isFlat: false })
        }
      >
        <FolderFilter {...props} />
      </FilterPopover>
      <FilterPopover
        label={`${gallery.from}, ${gallery.to}`}
        icon={<Calendar />}
        text={dateText(state)}
        onClear={state.from || state.to ? () => change({ from: '', to: '' }) : undefined}
      >
        <DateFilter {...props} />
      </FilterPopover>
      <FilterPopover
        label={gallery.name}
        icon={<Type />}
        text={state.name || gallery.anyName}
        onClear={state.name ? () => change({ name: '' }) : undefined}
      >
        <NameFilter {...props} />
      </FilterPopover>
    </>
  )
}

interface FilterPopoverProps {
  label: string
  icon: ReactNode
  text: string
  onClear: (() => void) | undefined
  children: ReactNode
}

function FilterPopover({ label, icon, text, onClear, children }: FilterPopoverProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Popover
      label={label}
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <FilterChip
          aria-label={`${label}: ${text}`}
          icon={icon}
          text={text}
          onClear={onClear}
          className="max-w-48"
        />
      }
    >
      {children}
    </Popover>
  )
}

function dateText({ from, to }: PageState): string {
  if (!from && !to) return messages.gallery.anyDate
  return [from, to].map((value) => (value ? day(`${value}T12:00:00`) : '…')).join(' – ')
}

function NameFilter({ state, change }: FiltersProps) {
  const [name, setName] = useSettled(state.name, (next) => change({ name: next }), NAME_AFTER_MS)
  return (
    <Field
      type="search"
      label={messages.gallery.name}
      value={name}
      onChange={({ target: { value } }) => setName(value)}
    />
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

/** While it is typed digit by digit it is no day: the address gets complete ones. */
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
