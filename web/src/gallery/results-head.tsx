import { BookmarkPlus, ChevronDown } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { Button } from '../components/button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { Menu, MenuChoice } from '../components/menu.tsx'
import { Slider } from '../components/slider.tsx'
import { messages } from '../messages/messages.ts'
import { type PageChange, type PageState, RESULT_SORTS, type ResultSort, SORTS } from '../state/address.ts'
import { Filters } from './filters.tsx'
import { useElementSize } from './use-element-size.ts'

/**
 * Below this width of the pane, in CSS pixels, the filters fold into one button; the second value applies if a place such as a
 * collection is named as well.
 */
const [NARROW, NARROW_IN_PLACE] = [720, 1020]
/** Row heights that can be chosen, as shares of the usual one. */
export const ROW_SCALES = { min: 60, max: 240, initial: 100 }

interface ResultsHeadProps {
  state: PageState
  change: (part: PageChange) => void
  isSearch: boolean
  /** The collection or other place in view. */
  place: ReactNode
  hasPlace: boolean
  /** undefined unless something is searched with. */
  onSaveSearch: (() => void) | undefined
  /** Whether the search can be kept: its drawing is saved. */
  canSaveSearch: boolean
  /** Actions on the whole list. */
  menu: ReactNode
  /** In hundredths of the usual row height. */
  scale: number
  onScale: (scale: number) => void
}

/** Filters to the left, order and size to the right. */
export function ResultsHead({
  state,
  change,
  isSearch,
  place,
  hasPlace,
  onSaveSearch,
  canSaveSearch,
  menu,
  scale,
  onScale,
}: ResultsHeadProps) {
  const ref = useRef<HTMLDivElement>(null)
  const { width } = useElementSize(ref)
  const isNarrow = width < (hasPlace ? NARROW_IN_PLACE : NARROW)
  return (
    <div ref={ref} className="@container flex h-14 shrink-0 items-center gap-1.5 px-5 phone:px-3">
      {place}
      <Filters state={state} change={change} isNarrow={isNarrow} />
      <span className="flex-1" />
      {onSaveSearch && (
        <IconButton
          label={messages.collections.saveSearch}
          onClick={onSaveSearch}
          isDisabled={!canSaveSearch}
          size="small"
        >
          <BookmarkPlus />
        </IconButton>
      )}
      {isSearch ? (
        <SortMenu
          value={state.resultSort}
          values={RESULT_SORTS}
          onChange={(resultSort) => change({ resultSort })}
        />
      ) : (
        <SortMenu value={state.sort} values={SORTS} onChange={(sort) => change({ sort })} />
      )}
      <Slider
        label={messages.gallery.size}
        value={scale}
        {...ROW_SCALES}
        step={10}
        valueText={`${scale} %`}
        onChange={onScale}
        className="w-21 phone:hidden @max-md:hidden"
      />
      {menu}
    </div>
  )
}

function SortMenu<T extends ResultSort>({ value, values, onChange }: SortProps<T>) {
  const { sorts, sort: label } = messages.gallery
  return (
    <Menu
      align="end"
      trigger={
        <Button variant="ghost" size="small" aria-label={`${label}: ${sorts[value]}`}>
          {sorts[value]}
          <ChevronDown aria-hidden="true" />
        </Button>
      }
    >
      <MenuChoice
        label={label}
        value={value}
        onChange={onChange}
        options={values.map((sort) => ({ value: sort, text: sorts[sort] }))}
      />
    </Menu>
  )
}

interface SortProps<T extends ResultSort> {
  value: T
  values: readonly T[]
  onChange: (sort: T) => void
}
