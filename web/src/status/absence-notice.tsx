import { useMutation, useQueryClient } from '@tanstack/react-query'
import { HardDrive } from 'lucide-react'
import { acceptMissing, type IndexStatus, reconcile } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { Notice } from '../components/notice.tsx'
import { viewMessages } from '../messages/view-messages.ts'
import { useHasRole } from '../state/role.ts'

type Absence = NonNullable<IndexStatus['absence']>

/** Names the places without their drive, unless only the photo folder is empty, which may be meant. */
function titleOf({ missing, known, places }: Absence): string {
  const { notices: words } = viewMessages
  if (places.every((place) => place === ROOT)) return words.absenceTitle(missing, known)
  return words.absentPlaces(places.map((place) => (place === ROOT ? words.wholeFolder : place)))
}

function textOf({ missing, places }: Absence): string {
  const { notices: words } = viewMessages
  if (places.length === 0) return words.absenceElsewhere(missing)
  return places.every((place) => place === ROOT) ? words.emptyFolder(missing) : words.absence(missing)
}

/** The photo folder itself among places. */
const ROOT = '.'

/** Reports that many files are missing at once, and lets an admin look again or confirm it. */
export function AbsenceNotice({ absence }: { absence: Absence }) {
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
      title={titleOf(absence)}
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
      {textOf(absence)} {error?.message}
    </Notice>
  )
}
