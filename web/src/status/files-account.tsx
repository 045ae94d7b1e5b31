import { useQuery } from '@tanstack/react-query'
import { getIndexAccount, type IndexAccount } from '../api/client.ts'
import { Dialog } from '../components/dialog.tsx'
import { number } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'

const REFRESH_MS = 5_000
const MAX_FOLDERS = 100

/** Accounts for all files in the watched folder: which are indexed, and why the others are not. */
export function FilesAccount({ onClose }: { onClose: () => void }) {
  const { data: account, error } = useQuery({
    queryKey: ['account'],
    queryFn: ({ signal }) => getIndexAccount(signal),
    refetchInterval: REFRESH_MS,
  })
  return (
    <Dialog title={messages.app.filesOfFolder} isOpen onClose={onClose}>
      {error && <p className="pb-3 text-danger">{error.message}</p>}
      {account && <Account account={account} />}
    </Dialog>
  )
}

/** The photo folder itself has no name in the account. */
function nameOf(path: string): string {
  return path === '.' ? viewMessages.notices.wholeFolder : path
}

function Account({ account }: { account: IndexAccount }) {
  const { files } = viewMessages
  const leftOut = account.left_out.reduce((sum, { count }) => sum + count, 0)
  const folders = account.folders.slice(0, MAX_FOLDERS)
  const more = account.folders.length - folders.length
  return (
    <div className="flex flex-col gap-4">
      <dl className="m-0 space-y-1">
        <Row label={files.found(account.found)} isStrong />
        <Row label={files.indexed} count={account.indexed} />
        <Row label={files.failed} count={account.failed} />
        <Row label={files.pending} count={account.pending} />
        <Row label={files.leftOut} count={leftOut} />
        {account.left_out.map(({ rule, count, example }) => (
          <Row
            key={rule}
            label={files.rules[rule]}
            count={count}
            hint={files.example(nameOf(example))}
            isPart
          />
        ))}
      </dl>
      {folders.length > 0 && (
        <section>
          <h3 className="font-semibold">{files.folders}</h3>
          <ul className="m-0 list-none space-y-2 p-0">
            {folders.map(({ path, rule, reason }) => (
              <li key={`${path} ${rule}`}>
                <p className="break-all">{nameOf(path)}</p>
                <p className="text-13 text-ink-2">
                  {files.rules[rule]}
                  {reason !== null && `: ${reason}`}
                </p>
              </li>
            ))}
            {more > 0 && <li className="text-13 text-ink-2">{files.moreFolders(more)}</li>}
          </ul>
        </section>
      )}
    </div>
  )
}

interface RowProps {
  label: string
  count?: number
  hint?: string
  isStrong?: boolean
  /** Part of the row above. */
  isPart?: boolean
}

function Row({ label, count, hint, isStrong = false, isPart = false }: RowProps) {
  return (
    <div className={`flex justify-between gap-4 ${isPart ? 'pl-4 text-13 text-ink-2' : ''}`}>
      <dt className={`min-w-0 break-words ${isStrong ? 'font-semibold' : ''}`}>
        {label}
        {hint !== undefined && <span className="block break-all">{hint}</span>}
      </dt>
      <dd className="m-0 tabular-nums">{count !== undefined && number(count)}</dd>
    </div>
  )
}
