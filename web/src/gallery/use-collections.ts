import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import {
  type Collection,
  changeCollection,
  changeMembers,
  createCollection,
  deleteCollection,
  listCollections,
  type NewCollection,
} from '../api/collections.ts'
import { useToast } from '../components/toast.tsx'
import { messages } from '../messages/messages.ts'

const KEY = ['collections']
/** Queries whose answers depend on the members of a collection. */
const LISTS = ['list', 'timeline', 'search']

const query = {
  queryKey: KEY,
  queryFn: ({ signal }: { signal: AbortSignal }) => listCollections(signal),
}

export function useCollections(): readonly Collection[] {
  return useQuery(query).data ?? []
}

/** One collection, null if the current list lacks it (another person deleted it), undefined while the list is fetched. */
export function useCollection(id: string): Collection | null | undefined {
  const { data, isFetching } = useQuery(query)
  return data?.find((one) => one.id === id) ?? (data === undefined || isFetching ? undefined : null)
}

/**
 * Changes of collections; each returns whether it succeeded, and shows a message.
 * @param onOpen shows a collection
 * @param onProblem receives the reason for a failure; default: a toast
 */
export function useCollectionChanges(onOpen: (id: string) => void, onProblem?: (reason: string) => void) {
  const client = useQueryClient()
  const toast = useToast()
  const run = useCallback(
    async (act: () => Promise<unknown>, changed: readonly string[] = LISTS): Promise<boolean> => {
      try {
        await act()
        return true
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        if (onProblem === undefined) toast.show({ text: reason })
        else onProblem(reason)
        return false
      } finally {
        void client.invalidateQueries({ queryKey: KEY })
        for (const part of changed) void client.invalidateQueries({ queryKey: ['images', part] })
      }
    },
    [client, toast, onProblem],
  )
  const show = (text: string, id: string) =>
    toast.show({ text, action: { text: messages.gallery.open, run: () => onOpen(id) } })
  return {
    create: (collection: NewCollection) =>
      run(async () => {
        const { id, name } = await createCollection(collection)
        show(messages.collections.created(name), id)
      }),
    add: ({ id, name }: Pick<Collection, 'id' | 'name'>, add: readonly string[]) =>
      run(async () => {
        await changeMembers(id, { add })
        show(messages.collections.added(name), id)
      }),
    remove: (id: string, remove: readonly string[]) => run(() => changeMembers(id, { remove })),
    change: (id: string, part: { name?: string; shared?: boolean }) => run(() => changeCollection(id, part)),
    // No other list changes. The list of the collection is not fetched again, because the server would answer 404.
    delete: (id: string) => run(() => deleteCollection(id), []),
  }
}
