import { lazy, Suspense } from 'react'

const FilesAccount = lazy(async () => ({ default: (await import('./files-account.tsx')).FilesAccount }))

/** The account of all files, loaded when it is opened. */
export function AccountDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return <Suspense fallback={null}>{isOpen && <FilesAccount onClose={onClose} />}</Suspense>
}
