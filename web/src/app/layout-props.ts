import type { ReactNode, RefObject } from 'react'
import type { Page } from './use-page.ts'

/** What the layouts for wide windows and phones have in common. */
export interface LayoutProps {
  page: Page
  areScoresShown: boolean
  isPaneOpen: boolean
  setPaneOpen: (isOpen: boolean) => void
  onDraw: () => void
  onLibrary: () => void
  /** undefined for users who may not add files. */
  onAddFiles: (() => void) | undefined
  onChoosePicture: () => void
  settings: ReactNode
  wordsRef: RefObject<HTMLInputElement | null>
}
