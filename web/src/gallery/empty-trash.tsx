import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { emptyTrash, listTrash } from '../api/trash.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { useToast } from '../components/toast.tsx'
import { bytes } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'

/** Asks before all files are deleted from the disk. */
export function EmptyTrash() {
  const [content, setContent] = useState<{ total: number; size: number }>()
  const { app } = messages
  const { trashView: words } = viewMessages
  const client = useQueryClient()
  const toast = useToast()
  const ask = useMutation({
    mutationFn: () => listTrash({ page: 1, items_per_page: 0, with_bytes: true }),
    onSuccess: ({ total, bytes: size = 0 }) => setContent({ total, size }),
    onError: ({ message }) => toast.show({ text: message }),
  })
  const empty = useMutation({
    mutationFn: emptyTrash,
    onError: ({ message }) => toast.show({ text: message }),
    onSettled: () => {
      setContent(undefined)
      return refreshTrash(client)
    },
  })
  return (
    <>
      <Button
        variant="danger"
        icon={<Trash2 />}
        isBusy={ask.isPending || empty.isPending}
        onClick={() => ask.mutate()}
      >
        <span className="max-[22rem]:sr-only">{words.emptyTrash}</span>
      </Button>
      <Dialog
        title={words.question}
        isOpen={content !== undefined}
        onClose={() => setContent(undefined)}
        actions={
          <>
            <Button onClick={() => setContent(undefined)}>{app.cancel}</Button>
            <Button variant="danger-primary" isBusy={empty.isPending} onClick={() => empty.mutate()}>
              {content && words.delete(content.total)}
            </Button>
          </>
        }
      >
        <p className="text-ink-2">{content && words.warning(content.total, bytes(content.size))}</p>
      </Dialog>
    </>
  )
}

/** Fetches again what the trash has a share in. */
export function refreshTrash(client: QueryClient) {
  return Promise.all([
    client.invalidateQueries({ queryKey: ['trash'] }),
    client.invalidateQueries({ queryKey: ['images'] }),
    client.invalidateQueries({ queryKey: ['collections'] }),
  ])
}
