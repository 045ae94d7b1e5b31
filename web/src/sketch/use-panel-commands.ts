import { useEffect, useState } from 'react'
import { useToast } from '../components/toast.tsx'
import { messages } from '../messages/messages.ts'
import { cleared, redo, type Sketch, undo } from './sketch.ts'
import type { OpenPopover } from './tool-pill.tsx'
import {
  eraserChosen,
  loadToolSettings,
  MAX_WIDTH,
  MIN_WIDTH,
  saveToolSettings,
  type ToolSettings,
} from './tool-settings.ts'
import type { useSelectionCommands } from './use-selection-commands.ts'
import type { Sheet } from './use-sheet.ts'
import { useSheetKeys } from './use-sheet-keys.ts'

/** The settings of the tools, kept by the browser. */
export function useTools(): [ToolSettings, (change: Partial<ToolSettings>) => void] {
  const [tools, setTools] = useState<ToolSettings>(loadToolSettings)
  const onTools = (change: Partial<ToolSettings>) => {
    const next = { ...tools, ...change }
    setTools(next)
    saveToolSettings(next)
  }
  return [tools, onTools]
}

export interface HistoryCommands {
  undo: (() => void) | undefined
  redo: (() => void) | undefined
}

/** Undefined where there is no such step. */
export function historyCommands({ past, future }: Sketch, { controller }: Sheet): HistoryCommands {
  return {
    undo: past.length > 0 ? () => controller?.edit(undo) : undefined,
    redo: future.length > 0 ? () => controller?.edit(redo) : undefined,
  }
}

/** Clears the sheet, and offers to undo that until another step follows. */
export function useClear({ controller }: Sheet, sketch: Sketch) {
  const toast = useToast()
  const [result, setResult] = useState<Sketch>()
  const isLast = sketch === result
  useEffect(() => {
    if (!isLast) return
    return toast.show({
      text: messages.sheet.cleared,
      action: { text: messages.sheet.undo, run: () => controller?.edit(undo) },
    })
  }, [isLast, toast, controller])
  return () =>
    controller?.edit((present) => {
      const next = cleared(present)
      setResult(next)
      return next
    })
}

interface PanelKeys {
  /** Whether the sheet is the pane that was used last. */
  isOn: boolean
  sheet: Sheet
  sketch: Sketch
  tools: ToolSettings
  onTools: (change: Partial<ToolSettings>) => void
  selected: ReturnType<typeof useSelectionCommands>
  openPopover: (popover: OpenPopover) => void
  toggleTrace: () => void
  isFull: boolean
  setFull: (isFull: boolean) => void
}

/** Connects the keys of the sheet to its commands. @returns whether Space is held, which moves the sheet */
export function usePanelKeys(panel: PanelKeys): boolean {
  const { sheet, onTools, selected } = panel
  const [isSpaceHeld, setSpaceHeld] = useState(false)
  useSheetKeys(panel.isOn, {
    undo: () => sheet.controller?.edit(undo),
    redo: () => sheet.controller?.edit(redo),
    holdSpace: (isHeld) => {
      setSpaceHeld(isHeld)
      sheet.controller?.setSpaceHeld(isHeld)
    },
    selectAll: () => {
      onTools({ tool: 'select' })
      sheet.controller?.select(new Set(panel.sketch.strokes))
    },
    duplicate: sheet.selection.size > 0 ? selected.duplicate : undefined,
    onSelection: selected.onKey,
    single: singleKeys(panel),
  })
  return isSpaceHeld
}

type SingleKeys = Omit<PanelKeys, 'isOn' | 'sheet' | 'sketch' | 'selected'> & {
  selected: Pick<PanelKeys['selected'], 'mirror'>
}

/** Commands of single keys, by the key in lower case. */
export function singleKeys(panel: SingleKeys): Readonly<Record<string, () => void>> {
  const { tools, onTools, selected, openPopover, toggleTrace, isFull, setFull } = panel
  const changeWidth = (by: number) =>
    onTools({ width: Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, tools.width + by)) })
  return {
    p: () => onTools({ tool: 'pen' }),
    b: () => onTools({ tool: 'brush' }),
    e: () => onTools(eraserChosen(tools)),
    v: () => onTools({ tool: 'select' }),
    c: () => openPopover('colour'),
    w: () => openPopover('width'),
    h: () => selected.mirror(),
    t: () => onTools({ isTidying: !tools.isTidying }),
    u: toggleTrace,
    f: () => setFull(!isFull),
    '[': () => changeWidth(-1),
    ']': () => changeWidth(1),
    ...(isFull ? { escape: () => setFull(false) } : {}),
  }
}
