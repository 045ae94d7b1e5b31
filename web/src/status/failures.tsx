import { useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { getIndexStatus } from '../api/client.ts'
import { IconButton } from '../components/icon-button.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { messages } from '../messages/messages.ts'
import { AccountDialog } from './account-dialog.tsx'

const FailuresDialog = lazyPart(async () => ({
  default: (await import('./failures-dialog.tsx')).FailuresDialog,
}))

/** Shows that files could not be indexed, and opens the list of them and the account of all files. */
export function Failures() {
  const [open, setOpen] = useState<'failures' | 'account'>()
  const { data: status } = useQuery({ queryKey: ['status'], queryFn: ({ signal }) => getIndexStatus(signal) })
  const failed = status?.failed ?? 0
  if (failed === 0 && open === undefined) return null
  const close = () => setOpen(undefined)
  return (
    <>
      <IconButton label={messages.status.failures(failed)} onClick={() => setOpen('failures')}>
        <TriangleAlert className="text-danger" />
      </IconButton>
      {open === 'failures' && (
        <FailuresDialog
          failed={failed}
          onAccount={() => setOpen('account')}
          onClose={close}
          onMissing={close}
        />
      )}
      <AccountDialog isOpen={open === 'account'} onClose={close} />
    </>
  )
}
