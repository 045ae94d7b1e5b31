import { X } from 'lucide-react'
import { messages } from '../messages.ts'
import { IconButton } from '../ui/icon-button.tsx'

interface QueryChipProps {
  text: string
  imageUrl: string | undefined
  onRemove: () => void
}

/** What is being searched with, and the way back. */
export function QueryChip({ text, imageUrl, onRemove }: QueryChipProps) {
  return (
    <span className="flex min-w-0 items-center gap-2 rounded-xl border border-line bg-surface py-0.5 pr-0.5 pl-1.5">
      {imageUrl !== undefined && (
        <img src={imageUrl} alt="" className="size-8 shrink-0 rounded-md object-cover" />
      )}
      <span className="truncate pl-1 text-sm">{text}</span>
      <IconButton label={messages.query.remove} onClick={onRemove} className="size-8">
        <X />
      </IconButton>
    </span>
  )
}
