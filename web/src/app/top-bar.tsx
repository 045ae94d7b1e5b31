import { PanelLeft, Upload } from 'lucide-react'
import type { ReactNode } from 'react'
import { serverUrl } from '../api/server-url.ts'
import { Button } from '../components/button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'
import { Failures } from '../status/failures.tsx'
import { PANE } from './panes.ts'

interface TopBarProps {
  isLibraryOpen: boolean
  onLibrary: () => void
  /** undefined for users who may not. */
  onAddFiles: (() => void) | undefined
  settings: ReactNode
  /** The query bar. */
  children: ReactNode
}

export function TopBar({ isLibraryOpen, onLibrary, onAddFiles, settings, children }: TopBarProps) {
  const { app } = messages
  return (
    <header
      {...PANE}
      className="relative z-20 flex h-16 shrink-0 items-center gap-3 border-line border-b bg-surface px-4 stacked:gap-2"
    >
      <IconButton
        label={isLibraryOpen ? app.hideFolders : app.showFolders}
        keys="\"
        isLit={isLibraryOpen}
        onClick={onLibrary}
      >
        <PanelLeft />
      </IconButton>
      <Wordmark />
      {children}
      <Failures />
      {onAddFiles && (
        <>
          <Button variant="ghost" icon={<Upload />} onClick={onAddFiles} className="stacked:hidden">
            {app.addFiles}
          </Button>
          <span className="hidden stacked:contents">
            <IconButton label={app.addFiles} onClick={onAddFiles}>
              <Upload />
            </IconButton>
          </span>
        </>
      )}
      {settings}
    </header>
  )
}

function Wordmark() {
  return (
    <h1 className="flex items-center gap-2.5 font-semibold tracking-tight">
      <img src={serverUrl('/icon.svg')} alt="" className="size-8" />
      <span className="stacked:sr-only">{messages.app.title}</span>
    </h1>
  )
}
