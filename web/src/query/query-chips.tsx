import { useQuery } from '@tanstack/react-query'
import { Minus, PencilLine, X } from 'lucide-react'
import { useState } from 'react'
import { getImage } from '../api/client.ts'
import { IconButton } from '../components/icon-button.tsx'
import { PatientImage } from '../components/patient-image.tsx'
import { messages } from '../messages/messages.ts'
import type { QueryTerm, Region } from '../state/query-terms.ts'
import { PartDialog } from './part-dialog.tsx'

interface QueryChipsProps {
  hasSketch: boolean
  /** Without the drawing. */
  terms: QueryTerm[]
  onRemoveSketch: () => void
  onRemove: (term: QueryTerm) => void
  /** Another part of the picture, or a part for the first time. */
  onPart: (term: QueryTerm, region: Region) => void
  onClear: () => void
}

/** What is being searched with, each with a way to take it back. */
export function QueryChips(props: QueryChipsProps) {
  const { hasSketch, terms, onRemoveSketch, onRemove, onPart, onClear } = props
  const count = terms.length + (hasSketch ? 1 : 0)
  if (count === 0) return null
  return (
    <ul
      aria-label={messages.query.chips}
      className="m-0 flex max-h-32 list-none flex-wrap gap-2 overflow-y-auto px-3 pt-2 sm:px-4"
    >
      {count > 1 && (
        <li>
          <button type="button" onClick={onClear} className="h-10 rounded-lg px-3 text-sm hover:bg-raised">
            {messages.query.remove}
          </button>
        </li>
      )}
      {hasSketch && (
        <Chip
          text={messages.query.sketch}
          icon={<PencilLine className="size-4" />}
          onRemove={onRemoveSketch}
          removeLabel={count === 1 ? messages.query.remove : undefined}
        />
      )}
      {terms.map((term) => (
        <ExampleChip
          key={`${term.kind} ${term.id} ${term.region}`}
          term={term}
          isAlone={count === 1}
          onRemove={() => onRemove(term)}
          onPart={(region) => onPart(term, region)}
        />
      ))}
    </ul>
  )
}

interface ExampleChipProps {
  term: QueryTerm
  isAlone: boolean
  onRemove: () => void
  onPart: (region: Region) => void
}

function ExampleChip({ term, isAlone, onRemove, onPart }: ExampleChipProps) {
  const { kind, id, isWanted, region } = term
  const [isChoosingPart, setChoosingPart] = useState(false)
  const { data: image } = useQuery({
    queryKey: ['images', 'one', id],
    queryFn: ({ signal }) => getImage(id, signal),
    enabled: kind === 'image',
    retry: false,
  })
  const name = kind === 'image' ? (image?.user_visible_name ?? '…') : messages.query.picture
  const text = !isWanted
    ? messages.query.unwanted(name)
    : region !== undefined
      ? messages.query.part(name)
      : kind === 'image'
        ? messages.query.similar(name)
        : name
  const picture = `/api/queries/${id}/image`
  const large = kind === 'image' ? image?.preview_url : picture
  return (
    <>
      <Chip
        text={text}
        imageUrl={kind === 'image' ? image?.thumbnail_url : picture}
        icon={isWanted ? undefined : <Minus className="size-4" />}
        isUnwanted={!isWanted}
        onRemove={onRemove}
        removeLabel={isAlone ? messages.query.remove : undefined}
        part={{ label: messages.query.choosePart(name), choose: () => setChoosingPart(true) }}
      />
      {isChoosingPart && large !== undefined && (
        <PartDialog
          name={name}
          src={large}
          onClose={() => setChoosingPart(false)}
          onPart={(chosen) => {
            setChoosingPart(false)
            onPart(chosen)
          }}
        />
      )}
    </>
  )
}

interface ChipProps {
  text: string
  imageUrl?: string | undefined
  icon?: React.ReactNode
  isUnwanted?: boolean
  onRemove: () => void
  removeLabel: string | undefined
  part?: { label: string; choose: () => void }
}

function Chip({ text, imageUrl, icon, isUnwanted = false, onRemove, removeLabel, part }: ChipProps) {
  return (
    <li
      className={`flex min-w-0 items-center gap-2 rounded-xl border bg-surface py-0.5 pr-0.5 pl-1.5 ${isUnwanted ? 'border-danger' : 'border-line'}`}
    >
      {icon}
      {imageUrl !== undefined && (
        <button type="button" aria-label={part?.label} title={part?.label} onClick={part?.choose}>
          <PatientImage
            key={imageUrl}
            src={imageUrl}
            alt=""
            className="size-8 shrink-0 rounded-md bg-white object-cover"
          />
        </button>
      )}
      <span className="max-w-56 truncate pl-1 text-sm">{text}</span>
      <IconButton label={removeLabel ?? messages.query.removeOne(text)} onClick={onRemove} className="size-8">
        <X />
      </IconButton>
    </li>
  )
}
