import { lazyPart } from '../components/lazy-part.tsx'

const FilesAccount = lazyPart(async () => ({
  default: (await import('./files-account.tsx')).FilesAccount,
}))

/** The account of all files, loaded when it is opened. */
export function AccountDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return isOpen && <FilesAccount onClose={onClose} onMissing={onClose} />
}
