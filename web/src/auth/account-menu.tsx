import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { LogOut, Users } from 'lucide-react'
import { getIndexStatus, signOut } from '../api/client.ts'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'
import { useHasRole } from '../state/role.ts'

interface AccountMenuProps {
  areUsersShown: boolean
  onShowUsers: () => void
  /** What is still to be done as whoever is signed in. */
  beforeLeaving: () => Promise<void>
}

/** For whoever has signed in; nothing where nobody has to. */
export function AccountMenu({ areUsersShown, onShowUsers, beforeLeaving }: AccountMenuProps) {
  const client = useQueryClient()
  const mayAdminister = useHasRole('admin')
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
  })
  const leave = useMutation({
    mutationFn: async () => {
      await beforeLeaving()
      return signOut()
    },
    // Also if it could not be told: whoever is still signed in sees it.
    onSettled: () => client.invalidateQueries({ queryKey: ['session'] }),
  })
  if (status?.auth !== 'otp') return null
  return (
    <>
      {mayAdminister && (
        <IconButton label={messages.users.title} isPressed={areUsersShown} onClick={onShowUsers}>
          <Users />
        </IconButton>
      )}
      <IconButton label={messages.signIn.signOut} isDisabled={leave.isPending} onClick={() => leave.mutate()}>
        <LogOut />
      </IconButton>
    </>
  )
}
