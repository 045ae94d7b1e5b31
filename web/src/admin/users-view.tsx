import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowLeft, ChevronLeft, ChevronRight, Trash2, UserPlus } from 'lucide-react'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { addUser, changeUser, listUsers, ROLES, type Role, removeUser, type User } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { FIELD } from '../components/field.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { RoleOptions } from '../components/role-options.tsx'
import { RowForm } from '../components/row-form.tsx'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'

const PAGE_SIZE = 25

/** The users who may sign in: listed, added, changed and removed. */
export default function UsersView({ onBack }: { onBack: () => void }) {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>()
  const [page, setPage] = useState(1)
  const filter = { email: useDeferredValue(email), role, page, page_size: PAGE_SIZE }
  const { data, error } = useQuery({
    queryKey: ['users', filter],
    queryFn: ({ signal }) => listUsers(filter, signal),
    placeholderData: keepPreviousData,
  })
  const total = data?.total ?? 0
  const pages = Math.max(1, Math.ceil(total / PAGE_SIZE))
  // The last user of the last page may have been removed.
  useEffect(() => {
    if (data !== undefined && page > pages) setPage(pages)
  }, [data, page, pages])
  return (
    <section
      aria-label={viewMessages.users.title}
      className="h-full overflow-y-auto px-3 pb-[min(6rem,15dvh)] sm:px-4"
    >
      <UsersHead
        total={total}
        email={email}
        role={role}
        onFilter={(next) => {
          setEmail(next.email)
          setRole(next.role)
          setPage(1)
        }}
        onBack={onBack}
      />
      <AddUser />
      {error !== null && (
        <p role="alert" className="py-2 text-13 text-danger">
          {error.message}
        </p>
      )}
      <ul className="m-0 list-none divide-y divide-line rounded-card border border-line bg-surface p-0">
        {(data?.users ?? []).map((user) => (
          <UserRow key={user.id} user={user} />
        ))}
        {data !== undefined && data.users.length === 0 && (
          <li className="px-4 py-6 text-center text-ink-2">{viewMessages.users.none}</li>
        )}
      </ul>
      {pages > 1 && <Pages page={page} pages={pages} onPage={setPage} />}
    </section>
  )
}

interface UsersHeadProps {
  total: number
  email: string
  role: Role | undefined
  onFilter: (filter: { email: string; role: Role | undefined }) => void
  onBack: () => void
}

/** The number of users, and the filters of the list. */
function UsersHead({ total, email, role, onFilter, onBack }: UsersHeadProps) {
  return (
    <header className="flex flex-wrap items-center gap-3 py-2">
      <Button variant="ghost" icon={<ArrowLeft />} onClick={onBack}>
        {messages.viewer.gallery}
      </Button>
      <h2 className="title text-22">{viewMessages.users.title}</h2>
      <p aria-live="polite" className="text-ink-2">
        {viewMessages.users.count(total)}
      </p>
      <input
        type="search"
        value={email}
        onChange={(event) => onFilter({ email: event.target.value, role })}
        aria-label={viewMessages.users.filter}
        placeholder={viewMessages.users.filter}
        className={`${FIELD} ml-auto w-44 phone:ml-0 phone:grow`}
      />
      <select
        value={role ?? ''}
        onChange={(event) => onFilter({ email, role: (event.target.value || undefined) as Role | undefined })}
        aria-label={viewMessages.users.filterRole}
        className={FIELD}
      >
        <option value="">{viewMessages.users.anyRole}</option>
        <RoleOptions roles={ROLES} />
      </select>
    </header>
  )
}

interface PagesProps {
  page: number
  pages: number
  onPage: (page: number) => void
}

function Pages({ page, pages, onPage }: PagesProps) {
  return (
    <nav aria-label={viewMessages.users.pages} className="flex items-center justify-center gap-2 py-3">
      <IconButton label={viewMessages.users.previous} isDisabled={page <= 1} onClick={() => onPage(page - 1)}>
        <ChevronLeft />
      </IconButton>
      <span className="text-13">{viewMessages.users.page(page, pages)}</span>
      <IconButton label={viewMessages.users.next} isDisabled={page >= pages} onClick={() => onPage(page + 1)}>
        <ChevronRight />
      </IconButton>
    </nav>
  )
}

function AddUser() {
  const form = useRef<HTMLFormElement>(null)
  const add = useChange(
    (data: FormData) => addUser(String(data.get('email')), data.get('role') as Role),
    () => form.current?.reset(),
  )
  return (
    <RowForm ref={form} onSubmit={add.mutate} error={add.error}>
      <input
        name="email"
        type="email"
        required
        maxLength={254}
        aria-label={viewMessages.users.email}
        placeholder={viewMessages.users.email}
        className={`${FIELD} min-w-0 flex-1 sm:max-w-80`}
      />
      <select name="role" aria-label={viewMessages.users.role} className={FIELD}>
        <RoleOptions roles={ROLES} />
      </select>
      <Button type="submit" variant="primary" icon={<UserPlus />} isBusy={add.isPending}>
        {viewMessages.users.add}
      </Button>
    </RowForm>
  )
}

/** A change is sent when it is saved: the arrow keys change a closed select at once in some browsers. */
function UserRow({ user }: { user: User }) {
  const [isEditing, setEditing] = useState(false)
  const [role, setRole] = useState<Role>()
  const roleField = useRef<HTMLSelectElement>(null)
  const startOver = () => {
    setEditing(false)
    setRole(undefined)
  }
  const change = useChange((changed: UserChange) => changeUser(user.id, changed))
  const remove = useChange(() => removeUser(user.id))
  const problem = change.error ?? remove.error
  return (
    <li className="px-3 py-2">
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          const email = new FormData(event.currentTarget).get('email')
          // Another admin may have changed the rest since the list was fetched.
          const changed: UserChange = {
            ...(email !== null && email !== user.email && { email: String(email) }),
            ...(role !== undefined && { role }),
          }
          change.mutate(changed, { onSuccess: startOver })
          roleField.current?.focus()
        }}
      >
        {isEditing ? (
          <input
            name="email"
            type="email"
            required
            maxLength={254}
            defaultValue={user.email}
            aria-label={viewMessages.users.email}
            className={`${FIELD} min-w-0 flex-1 basis-full sm:basis-0`}
          />
        ) : (
          <Address email={user.email} onEdit={() => setEditing(true)} />
        )}
        <select
          ref={roleField}
          value={role ?? user.role}
          onChange={(event) => {
            const chosen = event.target.value as Role
            setRole(chosen === user.role ? undefined : chosen)
          }}
          aria-label={viewMessages.users.roleOf(user.email)}
          className={FIELD}
        >
          <RoleOptions roles={ROLES} />
        </select>
        {(isEditing || role !== undefined) && (
          <>
            <Button type="submit" variant="primary" isBusy={change.isPending}>
              {viewMessages.users.save}
            </Button>
            <Button
              onClick={() => {
                change.reset()
                startOver()
              }}
            >
              {viewMessages.users.cancel}
            </Button>
          </>
        )}
        <RemoveUser user={user} isBusy={remove.isPending} onRemove={() => remove.mutate(undefined)} />
      </form>
      {problem !== null && (
        <p role="alert" className="text-13 text-danger">
          {problem.message}
        </p>
      )}
    </li>
  )
}

/** The address, which a press makes a field. */
function Address({ email, onEdit }: { email: string; onEdit: () => void }) {
  return (
    <button
      type="button"
      title={viewMessages.users.edit(email)}
      aria-label={viewMessages.users.edit(email)}
      onClick={onEdit}
      className="h-10 min-w-0 flex-1 basis-full truncate text-left hover:underline sm:basis-0"
    >
      {email}
    </button>
  )
}

interface RemoveUserProps {
  user: User
  isBusy: boolean
  onRemove: () => void
}

/** A button that asks before a user is removed. */
function RemoveUser({ user, isBusy, onRemove }: RemoveUserProps) {
  const [isAsking, setAsking] = useState(false)
  return isAsking ? (
    <span className="flex gap-2">
      <Button variant="danger" isBusy={isBusy} onClick={onRemove}>
        {viewMessages.users.removeNow}
      </Button>
      <Button onClick={() => setAsking(false)}>{viewMessages.users.cancel}</Button>
    </span>
  ) : (
    <IconButton label={viewMessages.users.remove(user.email)} onClick={() => setAsking(true)}>
      <Trash2 />
    </IconButton>
  )
}

type UserChange = Parameters<typeof changeUser>[1]

/** A change of users, after which the list is fetched again. */
function useChange<V>(mutationFn: (variables: V) => Promise<unknown>, onDone?: () => void) {
  const client = useQueryClient()
  return useMutation<unknown, Error, V>({
    mutationFn,
    onSuccess: async () => {
      onDone?.()
      await client.invalidateQueries({ queryKey: ['users'] })
    },
  })
}
