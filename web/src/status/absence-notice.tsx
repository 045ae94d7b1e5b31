import { useMutation, useQueryClient } from '@tanstack/react-query'
import { HardDrive } from 'lucide-react'
import { acceptMissing, type IndexStatus, reconcile } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { Notice } from '../components/notice.tsx'
import { viewMessages } from '../messages/view-messages.ts'
import { useHasRole } from '../state/role.ts'

/** Reports that many files are missing at once, and lets an admin look again or confirm it. */
export function AbsenceNotice({ absence }: { absence: NonNullable<IndexStatus['absence']> }) {
  const client = useQueryClient()
  const mayAccept = useHasRole('admin')
  const onSettled = () => client.invalidateQueries()
  const accept = useMutation({ mutationFn: acceptMissing, onSettled })
  const check = useMutation({ mutationFn: reconcile, onSettled })
  const error = accept.error ?? check.error
  return (
    <Notice
      icon={<HardDrive />}
      isDanger
      title={viewMessages.notices.absenceTitle(absence.missing, absence.known)}
      actions={
        mayAccept && (
          <>
            <Button size="small" isBusy={check.isPending} onClick={() => check.mutate()}>
              {viewMessages.notices.checkAgain}
            </Button>
            <Button
              size="small"
              variant="danger-ghost"
              isBusy={accept.isPending}
              onClick={() => accept.mutate()}
            >
              {viewMessages.notices.acceptMissing}
            </Button>
          </>
        )
      }
    >
      {viewMessages.notices.absence(absence.missing)} {error?.message}
    </Notice>
  )
}
