import { Settings } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { Popover } from '../components/popover.tsx'
import { messages } from '../messages/messages.ts'
import type { SettingsProps } from './settings.tsx'

const SettingsContent = lazy(() => import('./settings.tsx'))
const FilesAccount = lazy(async () => ({
  default: (await import('../status/files-account.tsx')).FilesAccount,
}))

/** The button of the settings, which are loaded when they are opened. */
export function SettingsMenu({ onShortcuts, ...props }: Omit<SettingsProps, 'onFiles'>) {
  const { settings } = messages.app
  const [isOpen, setOpen] = useState(false)
  const [areFilesOpen, setFilesOpen] = useState(false)
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
        <Suspense fallback={null}>
          <SettingsContent
            {...props}
            onShortcuts={closeAnd(onShortcuts)}
            onFiles={closeAnd(() => setFilesOpen(true))}
          />
        </Suspense>
      </Popover>
      {areFilesOpen && (
        <Suspense fallback={null}>
          <FilesAccount onClose={() => setFilesOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
