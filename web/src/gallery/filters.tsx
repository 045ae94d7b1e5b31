import { Calendar, Folder as FolderIcon, Image as ImageIcon, SlidersHorizontal } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button } from '../components/button.tsx'
import { FilterChip } from '../components/filter-chip.tsx'
import { LoadingSpace, lazyPart } from '../components/lazy-part.tsx'
import { Popover } from '../components/popover.tsx'
import { coordinates, day } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import {
  FURTHER_TEXT_NAMES,
  filterCount,
  furtherFilterCount,
  NO_FILTERS,
  NO_FURTHER_FILTERS,
  type PageState,
} from '../state/address.ts'
import type { FilterKind, FiltersProps } from './filter-fields.tsx'
import { typeName } from './type-name.ts'

const FilterFields = lazyPart(() => import('./filter-fields.tsx'))

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
          <Button variant={count > 0 ? 'soft' : 'ghost'} size="small" icon={<SlidersHorizontal />}>
            {/* On the smallest phones the icon alone leaves the title and the buttons on one line. */}
            <span className="max-[22.5rem]:sr-only">{gallery.filters}</span>
            {count > 0 && <span>{count}</span>}
          </Button>
        }
      >
        <div className="flex flex-col gap-4">
          <FilterFields
            {...props}
            kinds={[...(props.sorted ? ['sort' as const] : []), 'further', 'type', 'date', 'folder']}
            whileLoading={<LoadingSpace />}
          />
          {count > 0 && (
            <Button
              onClick={({ currentTarget }) => {
                // The button goes with the filters, but the focus stays among them.
                currentTarget.closest<HTMLElement>('[role=dialog]')?.focus()
                change(NO_FILTERS)
              }}
            >
              {gallery.clearFilters}
            </Button>
          )}
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
        kind="folder"
        {...props}
      />
      <FilterPopover
        label={`${gallery.from}, ${gallery.to}`}
        icon={<Calendar />}
        text={dateText(state)}
        onClear={state.from || state.to ? () => change({ from: '', to: '' }) : undefined}
        kind="date"
        {...props}
      />
      <FilterPopover
        label={gallery.type}
        icon={<ImageIcon />}
        text={state.type === '' ? gallery.anyType : typeName(state.type)}
        onClear={state.type === '' ? undefined : () => change({ type: '' })}
        kind="type"
        {...props}
      />
      <FilterPopover
        label={gallery.moreFilters}
        icon={<SlidersHorizontal />}
        text={furtherText(state)}
        onClear={furtherFilterCount(state) === 0 ? undefined : () => change(NO_FURTHER_FILTERS)}
        kind="further"
        {...props}
      />
    </>
  )
}

interface FilterPopoverProps extends FiltersProps {
  label: string
  icon: ReactNode
  text: string
  onClear: (() => void) | undefined
  kind: FilterKind
}

function FilterPopover({ label, icon, text, onClear, kind, state, change }: FilterPopoverProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Popover
      label={label}
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <FilterChip
          aria-label={text === label ? label : `${label}: ${text}`}
          icon={icon}
          text={text}
          onClear={onClear}
          className="max-w-48"
        />
      }
    >
      <FilterFields kinds={[kind]} state={state} change={change} />
    </Popover>
  )
}

function dateText({ from, to }: PageState): string {
  if (!from && !to) return messages.gallery.anyDate
  return [from, to].map((value) => (value ? day(`${value}T12:00:00`) : '…')).join(' – ')
}

/** Names the only further filter that is set, or their number. */
function furtherText(state: PageState): string {
  const { gallery } = messages
  const { rating, near, isStarred } = state
  const set = [
    isStarred ? '★' : '',
    ...FURTHER_TEXT_NAMES.map((name) => state[name]),
    rating > 0 ? gallery.stars(rating) : '',
    near === undefined ? '' : gallery.near(coordinates(near.latitude, near.longitude)),
  ].filter((value) => value !== '')
  if (set.length === 0) return gallery.moreFilters
  return set.length === 1 ? set[0]! : gallery.furtherFilters(set.length)
}
