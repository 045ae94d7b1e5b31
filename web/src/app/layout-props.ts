import type { ReactNode, RefObject } from 'react'
import type { Trace } from '../sketch/use-trace.tsx'
import type { Page } from './use-page.ts'

/** Properties that the layouts for wide windows and phones share. */
export interface LayoutProps {
  page: Page
  areScoresShown: boolean
  isPaneOpen: boolean
  setPaneOpen: (isOpen: boolean) => void
  /** Whether the sheet is what was used last: its keys and Ctrl Z are on. */
  hasSheetKeys: boolean
  onPane: (pane: 'query' | 'results') => void
  onDraw: () => void
  onLibrary: () => void
  /** Opens the library at its collections. */
  onCollections: () => void
  /** Goes to the field for words, for which the sheet is opened where it is in place of the gallery. */
  onWords: () => void
  /** undefined for users who may not add files. */
  onAddFiles: (() => void) | undefined
  onChoosePicture: () => void
  trace: Trace
  settings: ReactNode
  wordsRef: RefObject<HTMLInputElement | null>
}
