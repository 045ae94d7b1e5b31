import { SlidersHorizontal } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages.ts'
import { type PageChange, type PageState, SORTS, type Sort } from '../state/page-state.ts'

interface GalleryToolbarProps {
  state: PageState
  change: (part: PageChange) => void
  count: number
  isSearch: boolean
  /** Whether what is shown is not yet what was asked for. */
  isBusy: boolean
  isIndexing: boolean
  tileSize: number
  tileSizes: { min: number; max: number }
  onTileSize: (size: number) => void
}

const SORT_NAMES: Record<Sort, string> = {
  newest: messages.gallery.newest,
  oldest: messages.gallery.oldest,
  name: messages.gallery.nameAscending,
  'name-down': messages.gallery.nameDescending,
}
const FIELD = 'h-10 rounded-lg border border-line bg-surface px-2 text-sm'

/** What is shown, narrowed to what, in which order and how large. */
export function GalleryToolbar(props: GalleryToolbarProps) {
  const { state, change, count, isSearch, isBusy, isIndexing, tileSize, tileSizes, onTileSize } = props
  const isFiltered = state.name !== '' || state.from !== '' || state.to !== '' || state.isFlat
  const [isOpen, setOpen] = useState(false)
  const [resets, setResets] = useState(0)
  const reset = () => {
    change({ name: '', from: '', to: '', isFlat: false })
    setResets(resets + 1)
  }
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2 sm:px-4">
      <p
        // While files come in it changes all the time, which nobody wants to have read aloud.
        aria-live={isIndexing && !isSearch ? 'off' : 'polite'}
        className="text-sm tabular-nums"
        data-testid="count"
      >
        {isBusy
          ? messages.gallery.searching
          : isSearch
            ? messages.gallery.results(count)
            : messages.gallery.images(count)}
      </p>
      {isSearch && <Threshold minScore={state.minScore} onMinScore={(minScore) => change({ minScore })} />}
      <div className="ml-auto flex max-w-full grow items-center gap-2 sm:grow-0">
        {/* A new field after a reset: what was typed just before it would still be about to be sent. */}
        <NameFilter key={resets} name={state.name} onName={(name) => change({ name })} />
        <IconButton
          label={messages.gallery.filters}
          isPressed={isOpen || isFiltered}
          onClick={() => setOpen(!isOpen)}
        >
          <SlidersHorizontal />
        </IconButton>
        {!isSearch && (
          <select
            value={state.sort}
            onChange={(event) => change({ sort: event.target.value as Sort })}
            aria-label={messages.gallery.sort}
            className={`${FIELD} max-w-32 sm:max-w-none`}
          >
            {SORTS.map((value) => (
              <option key={value} value={value}>
                {SORT_NAMES[value]}
              </option>
            ))}
          </select>
        )}
        <input
          type="range"
          aria-label={messages.gallery.size}
          title={messages.gallery.size}
          min={tileSizes.min}
          max={tileSizes.max}
          value={tileSize}
          onChange={(event) => onTileSize(event.target.valueAsNumber)}
          className="hidden w-24 accent-accent sm:block"
        />
      </div>
      {isOpen && (
        <fieldset className="flex basis-full flex-wrap items-center gap-x-4 gap-y-2 text-sm">
          <legend className="sr-only">{messages.gallery.filters}</legend>
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
          <label className="flex h-10 items-center gap-2">
            <input
              type="checkbox"
              checked={!state.isFlat}
              onChange={(event) => change({ isFlat: !event.target.checked })}
              className="size-4 accent-accent"
            />
            {messages.gallery.withSubfolders}
          </label>
          {isFiltered && (
            <button type="button" className="h-10 underline" onClick={reset}>
              {messages.gallery.resetFilters}
            </button>
          )}
        </fieldset>
      )}
    </div>
  )
}

interface DayFieldProps {
  label: string
  day: string
  min?: string | undefined
  max?: string | undefined
  onDay: (day: string) => void
}

/** Typed digit by digit, it is no day for a while: the address gets what is one. */
function DayField({ label, day, min, max, onDay }: DayFieldProps) {
  const [text, setText] = useState(day)
  const sent = useRef(day)
  useEffect(() => {
    if (day === sent.current) return
    sent.current = day
    setText(day)
  }, [day])
  return (
    <label className="flex items-center gap-2">
      {label}
      <input
        type="date"
        value={text}
        min={min}
        max={max}
        onChange={({ target: { value } }) => {
          setText(value)
          // A year that is being typed begins with zeros.
          if (value.startsWith('0')) return
          sent.current = value
          onDay(value)
        }}
        className={FIELD}
      />
    </label>
  )
}

interface ThresholdProps {
  minScore: number
  onMinScore: (minScore: number) => void
}

function Threshold({ minScore, onMinScore }: ThresholdProps) {
  const [shown, setShown] = useFollowed(minScore, onMinScore, 'throttled')
  return (
    <label className="flex items-center gap-2 text-sm text-muted">
      <span className="hidden sm:inline">{messages.gallery.threshold}</span>
      <input
        type="range"
        min={0}
        max={100}
        value={Math.round(shown * 100)}
        aria-label={messages.gallery.threshold}
        onChange={(event) => setShown(event.target.valueAsNumber / 100)}
        className="w-24 accent-accent"
      />
      <output className="w-12 text-ink tabular-nums">{messages.gallery.atLeast(shown)}</output>
    </label>
  )
}

function NameFilter({ name, onName }: { name: string; onName: (name: string) => void }) {
  const [text, setText] = useFollowed(name, onName, 'debounced')
  return (
    <input
      type="search"
      value={text}
      onChange={({ target: { value } }) => setText(value)}
      placeholder={messages.gallery.filter}
      aria-label={messages.gallery.filter}
      className={`${FIELD} w-32 min-w-0 grow placeholder:text-muted sm:w-44 sm:grow-0`}
    />
  )
}

/** Some browsers take no more than ten changes of the address a second, and each may ask the server. */
const FOLLOW_AFTER_MS = 200

/**
 * A value that is being changed by hand: the address follows it. Throttled it does so at once, and then now and then; debounced, when
 * nothing has changed for a moment.
 */
function useFollowed<T>(
  value: T,
  onSettled: (value: T) => void,
  pace: 'throttled' | 'debounced',
): [T, (value: T) => void] {
  const [own, setOwn] = useState(value)
  const sent = useRef(value)
  const sentAt = useRef(Number.NEGATIVE_INFINITY)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef(onSettled)
  latest.current = onSettled
  useEffect(() => {
    if (value === sent.current) return
    clearTimeout(timer.current)
    sent.current = value
    setOwn(value)
  }, [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const change = (next: T) => {
    setOwn(next)
    clearTimeout(timer.current)
    const send = () => {
      sent.current = next
      sentAt.current = performance.now()
      latest.current(next)
    }
    const left = sentAt.current + FOLLOW_AFTER_MS - performance.now()
    if (pace === 'throttled' && left <= 0) send()
    else timer.current = setTimeout(send, pace === 'throttled' ? left : FOLLOW_AFTER_MS)
  }
  return [own, change]
}
