import { Maximize2, Minimize2, X } from 'lucide-react'
import { IconButton } from '../components/icon-button.tsx'
import { Pill } from '../components/pill.tsx'
import { messages } from '../messages/messages.ts'

interface PaneCommandsProps {
  isFull: boolean
  setFull: (isFull: boolean) => void
  onClose: () => void
}

/** Commands for the pane as a whole, as the sheet has them. */
export function PaneCommands({ isFull, setFull, onClose }: PaneCommandsProps) {
  const { sheet } = messages
  return (
    <div className="absolute top-4 right-4">
      <Pill label={messages.app.queryPane} isSmall>
        <IconButton label={isFull ? sheet.small : sheet.large} onClick={() => setFull(!isFull)} size="small">
          {isFull ? <Minimize2 /> : <Maximize2 />}
        </IconButton>
        <IconButton label={messages.app.close} onClick={onClose} size="small">
          <X />
        </IconButton>
      </Pill>
    </div>
  )
}
