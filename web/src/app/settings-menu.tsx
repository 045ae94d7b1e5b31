import { Settings } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { Popover } from '../components/popover.tsx'
import { messages } from '../messages/messages.ts'
import type { AppDialog } from './app-overlays.tsx'
import type { SettingsProps } from './settings.tsx'

const SettingsContent = lazyPart(() => import('./settings.tsx'))

interface SettingsMenuProps
  extends Omit<SettingsProps, 'onShortcuts' | 'onFiles' | 'onKeys' | 'onSignOutQuestion'> {
  onDialog: (dialog: AppDialog) => void
  /** Whether something is lost when the user signs out. */
  isLeavingAsked: boolean
}

/** The button of the settings, which are loaded when they are opened. */
export function SettingsMenu({ onDialog, isLeavingAsked, ...props }: SettingsMenuProps) {
  const { settings } = messages.app
  const [isOpen, setOpen] = useState(false)
  const open = (dialog: AppDialog) => () => {
    setOpen(false)
    onDialog(dialog)
  }
  return (
    <Popover
      label={settings}
      align="end"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <IconButton label={settings}>
          <Settings />
        </IconButton>
      }
    >
      <SettingsContent
        {...props}
        onShortcuts={open('shortcuts')}
        onFiles={open('files')}
        onKeys={open('keys')}
        onSignOutQuestion={isLeavingAsked ? open('sign-out') : undefined}
      />
    </Popover>
  )
}
