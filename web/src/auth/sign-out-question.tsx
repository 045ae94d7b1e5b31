import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { useSignOut } from './use-sign-out.ts'

export interface SignOutQuestionProps {
  /** Number of files that are still to be added to the gallery. */
  fileCount: number
  /** Completes the pending work of the user. */
  beforeLeaving: () => Promise<void>
  /** Ends what must not go on for the next user. */
  onSignedOut: () => void | Promise<void>
  onClose: () => void
}

/** Asks before files are lost that are still being added: their upload ends with the session. */
export default function SignOutQuestion({
  fileCount,
  beforeLeaving,
  onSignedOut,
  onClose,
}: SignOutQuestionProps) {
  const { app } = messages
  const leave = useSignOut(beforeLeaving, onSignedOut)
  return (
    <Dialog
      title={app.signOut}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button variant="ghost" onClick={onClose}>
            {app.cancel}
          </Button>
          <Button variant="danger-primary" isBusy={leave.isPending} onClick={() => leave.mutate()}>
            {app.signOut}
          </Button>
        </>
      }
    >
      {fileCount > 0 && <p className="text-ink-2">{viewMessages.uploading.endsWithSession(fileCount)}</p>}
      {leave.error !== null && (
        <p role="alert" className="text-danger">
          {leave.error.message}
        </p>
      )}
    </Dialog>
  )
}
