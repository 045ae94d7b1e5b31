import { useIsMutating, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Check, Copy, KeyRound, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { getSession, ROLES, type Role } from '../api/client.ts'
import { type ApiKey, type CreatedApiKey, createKey, listKeys, revokeKey } from '../api/keys.ts'
import { Button } from '../components/button.tsx'
import { copyText } from '../components/copy-text.ts'
import { Dialog } from '../components/dialog.tsx'
import { FIELD } from '../components/field.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { RoleOptions } from '../components/role-options.tsx'
import { RowForm } from '../components/row-form.tsx'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'

const KEYS = ['keys']
const CREATE = ['create-key']

/** The user's own API keys: listed, created and revoked. */
export function ApiKeys({ onClose }: { onClose: () => void }) {
  const { data: keys = [], error } = useQuery({
    queryKey: KEYS,
    queryFn: ({ signal }) => listKeys(signal),
  })
  const [created, setCreated] = useState<CreatedApiKey[]>([])
  const [copied, setCopied] = useState<ReadonlySet<string>>(new Set())
  const [isAsked, setAsked] = useState(false)
  const isCreating = useIsMutating({ mutationKey: CREATE }) > 0
  const isUncopied = isCreating || created.some(({ id }) => !copied.has(id))
  const mayClose = () => {
    setAsked(isUncopied)
    return !isUncopied
  }
  return (
    <Dialog title={messages.app.apiKeys} isOpen onClose={onClose} mayClose={mayClose}>
      <p className="m-0 pb-3 text-ink-2">{viewMessages.keys.hint}</p>
      <NewKey onCreated={(key) => setCreated((old) => [...old, key])} />
      {created.map((key) => (
        <Token
          key={key.id}
          created={key}
          isCopied={copied.has(key.id)}
          onCopied={() => setCopied((old) => new Set(old).add(key.id))}
        />
      ))}
      {isAsked && isUncopied && (
        <div role="alert" className="flex flex-wrap items-center gap-2 pb-3">
          <p className="m-0 min-w-0 flex-1 basis-48 text-danger">{viewMessages.keys.notCopied}</p>
          <Button variant="danger" onClick={onClose}>
            {viewMessages.keys.closeAnyway}
          </Button>
        </div>
      )}
      {error && (
        <p role="alert" className="m-0 pb-2 text-13 text-danger">
          {error.message}
        </p>
      )}
      <ul className="m-0 list-none divide-y divide-line p-0">
        {keys.map((key) => (
          <KeyRow
            key={key.id}
            apiKey={key}
            onRevoked={() => setCreated((old) => old.filter(({ id }) => id !== key.id))}
          />
        ))}
      </ul>
    </Dialog>
  )
}

interface TokenProps {
  created: CreatedApiKey
  isCopied: boolean
  onCopied: () => void
}

/** The token of a new key, which the server does not keep. */
function Token({ created: { name, token }, isCopied, onCopied }: TokenProps) {
  const field = useRef<HTMLInputElement>(null)
  const { keys: words } = viewMessages
  const copy = async () => {
    if (await copyText(token)) onCopied()
    else field.current?.focus()
  }
  return (
    <div className="flex items-end gap-2 pb-3">
      <label className="flex min-w-0 flex-1 flex-col gap-1">
        <span className="font-medium [overflow-wrap:anywhere]">{words.once(name)}</span>
        <input
          ref={field}
          readOnly
          value={token}
          onFocus={(event) => event.currentTarget.select()}
          onCopy={onCopied}
          className={`${FIELD} font-mono text-13`}
        />
      </label>
      <Button icon={isCopied ? <Check /> : <Copy />} onClick={() => void copy()}>
        {isCopied ? words.copied : words.copy}
      </Button>
    </div>
  )
}

function NewKey({ onCreated }: { onCreated: (key: CreatedApiKey) => void }) {
  const form = useRef<HTMLFormElement>(null)
  const client = useQueryClient()
  const { data: session } = useQuery({ queryKey: ['session'], queryFn: ({ signal }) => getSession(signal) })
  const highest = session?.state === 'authenticated' ? session.role : 'user'
  const roles = ROLES.slice(0, ROLES.indexOf(highest) + 1)
  const create = useMutation({
    mutationKey: CREATE,
    mutationFn: (data: FormData) =>
      createKey({ name: String(data.get('name')), role: data.get('role') as Role }),
    onSuccess(key) {
      form.current?.reset()
      onCreated(key)
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
function KeyRow({ apiKey, onRevoked }: { apiKey: ApiKey; onRevoked: () => void }) {
  const client = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const revoke = useMutation({
    mutationFn: () => revokeKey(apiKey.id),
    onSuccess: onRevoked,
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
