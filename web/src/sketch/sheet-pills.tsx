import { Bookmark, Maximize2, Minimize2, Redo2, Trash2, Undo2, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { Pill, PillSeparator } from '../components/pill.tsx'
import { messages } from '../messages/messages.ts'
import { isBlank, type Sketch } from './sketch.ts'
import { HistoryButton, type SheetLayout } from './tool-pill.tsx'
import type { HistoryCommands } from './use-panel-commands.ts'

interface SheetPillsProps {
  sketch: Sketch
  layout: SheetLayout
  isFull: boolean
  setFull: (isFull: boolean) => void
  onClose?: (() => void) | undefined
  commands: HistoryCommands
  clear: () => void
  openSaved: () => void
  menu: ReactNode
}

/** History at the upper left, and commands for the sheet as a whole at the upper right; together on a tablet. */
export function SheetPills(props: SheetPillsProps) {
  const { sketch, layout, commands, clear, openSaved, menu, isFull, setFull, onClose } = props
  const isUsed = sketch.past.length > 0 || sketch.future.length > 0 || !isBlank(sketch)
  const history = isUsed && (
    <>
      <HistoryButton
        label={messages.sheet.undo}
        keys={messages.shortcuts.undo}
        run={commands.undo}
        icon={<Undo2 />}
        size="small"
      />
      <HistoryButton
        label={messages.sheet.redo}
        keys={messages.shortcuts.redo}
        run={commands.redo}
        icon={<Redo2 />}
        size="small"
      />
      <PillSeparator />
      <IconButton label={messages.sheet.clear} isDisabled={isBlank(sketch)} onClick={clear} size="small">
        <Trash2 />
      </IconButton>
    </>
  )
  return (
    <>
      {layout === 'side' && history && (
        <div className="absolute top-4 left-4">
          <Pill label={messages.sheet.history} isSmall>
            {history}
          </Pill>
        </div>
      )}
      <div className="absolute top-4 right-4">
        <Pill label={messages.sheet.view} isSmall>
          {layout === 'stacked' && history}
          <IconButton
            label={isBlank(sketch) ? messages.sheet.saved : messages.sheet.save}
            onClick={openSaved}
            size="small"
          >
            <Bookmark />
          </IconButton>
          {menu}
          <IconButton
            label={isFull ? messages.sheet.small : messages.sheet.large}
            keys="F"
            onClick={() => setFull(!isFull)}
            size="small"
          >
            {isFull ? <Minimize2 /> : <Maximize2 />}
          </IconButton>
          {onClose !== undefined && (
            <IconButton label={messages.sheet.closeSheet} onClick={onClose} size="small">
              <X />
            </IconButton>
          )}
        </Pill>
      </div>
    </>
  )
}
