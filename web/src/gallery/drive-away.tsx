import { useQuery } from '@tanstack/react-query'
import { HardDrive } from 'lucide-react'
import { getIndexStatus, type Image } from '../api/client.ts'
import { messages } from '../messages/messages.ts'

/** Whether the drive of a picture is not connected. @param hasFailed whether its file could not be shown */
export function useIsAway({ path }: Pick<Image, 'path'>, hasFailed: boolean): boolean {
  const { data: status } = useQuery({ queryKey: ['status'], queryFn: ({ signal }) => getIndexStatus(signal) })
  if (status === undefined) return false
  const { absence, problem } = status
  if (absence?.places.some((place) => path.startsWith(`${place}/`))) return true
  // Files that are missing elsewhere lie beside others that are there.
  return hasFailed && (absence !== null || problem !== null)
}

/** Explains why only the small version of a picture is shown. */
export function DriveAway() {
  return (
    <p
      role="status"
      className="pointer-events-none absolute inset-x-4 bottom-3 mx-auto flex w-fit items-center gap-2 rounded-control bg-surface px-3 py-2 text-13 shadow-rest"
    >
      <HardDrive className="size-4 shrink-0" aria-hidden="true" />
      {messages.viewer.driveAway}
    </p>
  )
}
