import { useRouter } from '@tanstack/react-router'
import type { Image } from '../api/client.ts'
import { copyText } from '../components/copy-text.ts'
import { useToast } from '../components/toast.tsx'
import { viewMessages } from '../messages/view-messages.ts'
import { parseAddress } from '../state/address.ts'
import { parseTerms } from '../state/query-terms.ts'

/** Copies where a picture is, or the address of what the page shows. */
export function useCopy() {
  const toast = useToast()
  const router = useRouter()
  const { copying } = viewMessages
  const copy = async (text: string, done: string) =>
    toast.show({ text: (await copyText(text)) ? done : copying.failed(text) })
  return {
    copyPath: ({ path }: Image) => copy(path, copying.pathCopied),
    /** @param view a picture that the link opens; without it, what is open now */
    copyLink(view?: Image) {
      const { publicHref } = router.buildLocation({
        to: '.',
        search: (old) => (view === undefined ? old : { ...old, view: view.id }),
      })
      const { q } = parseAddress({ ...router.state.location.search })
      // The server keeps drawings and pictures of searches for a week.
      const isKept = parseTerms(q).some(({ kind }) => kind === 'sketch' || kind === 'picture')
      return copy(
        new URL(publicHref, location.origin).href,
        isKept ? copying.linkCopiedForAWeek : copying.linkCopied,
      )
    },
  }
}
