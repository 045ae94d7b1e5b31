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

export function useCollections(): readonly Collection[] {
  const { data } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => listCollections(signal) })
  return data ?? []
}

/** Changes of collections; each shows its result, or the reason for a failure. @param onOpen shows a collection */
export function useCollectionChanges(onOpen: (id: string) => void) {
  const client = useQueryClient()
  const toast = useToast()
  const run = useCallback(
    async <T>(act: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await act()
      } catch (error) {
        toast.show({ text: error instanceof Error ? error.message : String(error) })
        return undefined
      } finally {
        void client.invalidateQueries({ queryKey: KEY })
        for (const part of ['list', 'timeline', 'search'])
          void client.invalidateQueries({ queryKey: ['images', part] })
      }
    },
    [client, toast],
  )
  const announce = (text: string, id: string) =>
    toast.show({ text, action: { text: messages.gallery.open, run: () => onOpen(id) } })
  return {
    create: (collection: NewCollection) =>
      run(async () => {
        const { id, name } = await createCollection(collection)
        announce(messages.collections.created(name), id)
      }),
    add: ({ id, name }: Pick<Collection, 'id' | 'name'>, add: readonly string[]) =>
      run(async () => {
        await changeMembers(id, { add })
        announce(messages.collections.added(name), id)
      }),
    remove: (id: string, remove: readonly string[]) => run(() => changeMembers(id, { remove })),
    change: (id: string, part: { name?: string; shared?: boolean }) => run(() => changeCollection(id, part)),
    delete: (id: string) => run(() => deleteCollection(id)),
  }
}
