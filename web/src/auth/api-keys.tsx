import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { getSession, ROLES, type Role } from '../api/client.ts'
import { type ApiKey, createKey, listKeys, revokeKey } from '../api/keys.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FIELD } from '../components/field.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { RoleOptions } from '../components/role-options.tsx'
import { RowForm } from '../components/row-form.tsx'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'

const KEYS = ['keys']

/** The user's own API keys: listed, created and revoked. */
export function ApiKeys({ onClose }: { onClose: () => void }) {
  const { data: keys = [], error } = useQuery({
    queryKey: KEYS,
    queryFn: ({ signal }) => listKeys(signal),
  })
  const [token, setToken] = useState<string>()
  return (
    <Dialog title={messages.app.apiKeys} isOpen onClose={onClose}>
      <p className="m-0 pb-3 text-ink-2">{viewMessages.keys.hint}</p>
      <NewKey onCreated={setToken} />
      {token !== undefined && (
        <label className="flex flex-col gap-1 pb-3">
          <span className="font-medium">{viewMessages.keys.once}</span>
          <input
            readOnly
            value={token}
            onFocus={(event) => event.currentTarget.select()}
            className={`${FIELD} font-mono text-13`}
          />
        </label>
      )}
      {error && (
        <p role="alert" className="m-0 pb-2 text-13 text-danger">
          {error.message}
        </p>
      )}
      <ul className="m-0 list-none divide-y divide-line p-0">
        {keys.map((key) => (
          <KeyRow key={key.id} apiKey={key} />
        ))}
      </ul>
    </Dialog>
  )
}

function NewKey({ onCreated }: { onCreated: (token: string) => void }) {
  const form = useRef<HTMLFormElement>(null)
  const client = useQueryClient()
  const { data: session } = useQuery({ queryKey: ['session'], queryFn: ({ signal }) => getSession(signal) })
  const highest = session?.state === 'authenticated' ? session.role : 'user'
  const roles = ROLES.slice(0, ROLES.indexOf(highest) + 1)
  const create = useMutation({
    mutationFn: (data: FormData) =>
      createKey({ name: String(data.get('name')), role: data.get('role') as Role }),
    onSuccess({ token }) {
      form.current?.reset()
      onCreated(token)
    },
    onSettled: () => client.invalidateQueries({ queryKey: KEYS }),
  })
  return (
    <RowForm ref={form} onSubmit={create.mutate} error={create.error}>
      <input
        name="name"
        required
        maxLength={100}
        aria-label={viewMessages.keys.name}
        placeholder={viewMessages.keys.name}
        className={`${FIELD} flex-1`}
      />
      <select name="role" aria-label={viewMessages.users.role} className={FIELD}>
        <RoleOptions roles={roles} />
      </select>
      <Button type="submit" icon={<KeyRound />} isBusy={create.isPending}>
        {viewMessages.users.add}
      </Button>
    </RowForm>
  )
}

/** A revoked key can't be restored, so the row asks before. */
function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const client = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const revoke = useMutation({
    mutationFn: () => revokeKey(apiKey.id),
    onSettled: () => client.invalidateQueries({ queryKey: KEYS }),
  })
  const { name, role, used_at: usedAt } = apiKey
  return (
    <li className="flex flex-wrap items-center gap-2 py-2">
      <div className="min-w-0 flex-1">
        <p className="m-0 [overflow-wrap:anywhere]">{name}</p>
        <p className="m-0 text-13 text-ink-2">
          {viewMessages.users.roles[role]} · {viewMessages.keys.used(usedAt)}
        </p>
      </div>
      {isAsking ? (
        <span className="flex gap-2">
          <Button variant="danger" isBusy={revoke.isPending} onClick={() => revoke.mutate()}>
            {viewMessages.keys.revokeNow}
          </Button>
          <Button onClick={() => setAsking(false)}>{viewMessages.users.cancel}</Button>
        </span>
      ) : (
        <IconButton label={viewMessages.keys.revoke(name)} onClick={() => setAsking(true)}>
          <Trash2 />
        </IconButton>
      )}
      {revoke.error && (
        <p role="alert" className="m-0 w-full text-13 text-danger">
          {revoke.error.message}
        </p>
      )}
    </li>
  )
}
