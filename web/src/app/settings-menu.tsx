import { Settings } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { Popover } from '../components/popover.tsx'
import { messages } from '../messages/messages.ts'
import { AccountDialog } from '../status/account-dialog.tsx'
import type { SettingsProps } from './settings.tsx'

const SettingsContent = lazyPart(() => import('./settings.tsx'))
const ApiKeys = lazyPart(async () => ({ default: (await import('../auth/api-keys.tsx')).ApiKeys }))

/** The button of the settings, which are loaded when they are opened. */
export function SettingsMenu({ onShortcuts, ...props }: Omit<SettingsProps, 'onFiles' | 'onKeys'>) {
  const { settings } = messages.app
  const [isOpen, setOpen] = useState(false)
  const [dialog, setDialog] = useState<'files' | 'keys'>()
  const closeDialog = () => setDialog(undefined)
  const closeAnd = (open: () => void) => () => {
    setOpen(false)
    open()
  }
  return (
    <>
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
          onShortcuts={closeAnd(onShortcuts)}
          onFiles={closeAnd(() => setDialog('files'))}
          onKeys={closeAnd(() => setDialog('keys'))}
        />
      </Popover>
      <AccountDialog isOpen={dialog === 'files'} onClose={closeDialog} />
      {dialog === 'keys' && <ApiKeys onClose={closeDialog} onMissing={closeDialog} />}
    </>
  )
}
