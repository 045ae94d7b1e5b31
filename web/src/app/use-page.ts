import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type Filters, getIndexStatus, getTimeline, type Image } from '../api/client.ts'
import type { RejectedText } from '../api/errors.ts'
import { useServerEvents } from '../api/events.ts'
import { useToast } from '../components/toast.tsx'
import { useFocusReturn } from '../components/use-focus-return.ts'
import type { CollectionTask } from '../gallery/collection-dialog.tsx'
import type { FilesTask } from '../gallery/files-question.tsx'
import { amongLoaded, type ImageList, withoutHidden } from '../gallery/image-list.ts'
import { useGallery } from '../gallery/use-gallery.ts'
import { useSelection } from '../gallery/use-selection.ts'
import { type Trash, useTrash } from '../gallery/use-trash.ts'
import { useViewed } from '../gallery/use-viewed.ts'
import { messages } from '../messages/messages.ts'
import { MAX_COMPARED, NO_FILTERS, orderOf, type PageChange } from '../state/address.ts'
import { usePageState } from '../state/page-state.ts'
import {
  furtherRegion,
  MAX_TERMS,
  mergeTerms,
  placeAmongSame,
  type QueryTerm,
  toggleTerm,
  withOtherWord,
} from '../state/query-terms.ts'
import { useStoredFlag } from '../state/settings.ts'
import { useUploads } from '../upload/use-uploads.ts'
import { ALL } from './places.ts'
import { gallerySections, resultSections, resultsOf } from './sections.ts'
import { usePreloadedUploadPanel } from './upload-panel.ts'
import { useHeldResults } from './use-held-results.ts'
import { useLiveWords } from './use-live-words.ts'
import { useMayEdit } from './use-may-edit.ts'
import { type PageSearch, usePageSearch } from './use-page-search.ts'
import { usePictureInput } from './use-picture-input.ts'
import { useSavedPicture } from './use-saved-picture.ts'
import { useSharedPicture } from './use-shared-picture.ts'
import { useSheet } from './use-sheet.ts'

/** Maximum number of pictures that the server adds to a collection at once. */
const MAX_COLLECTED = 10_000
/** The key of a section that is a month. */
const MONTH = /^\d{4}-\d{2}$/

export type Page = ReturnType<typeof usePage>

/** Everything that the panes of the page show and do. */
export function usePage() {
  const control = usePageState()
  const { state, change } = control
  const latest = useRef(state)
  latest.current = state
  const mayEdit = useMayEdit()
  usePreloadedUploadPanel(mayEdit)
  const toast = useToast()
  const sheet = useSheet(control)
  const trash = useTrash()
  const liveWords = useLiveWords(state.terms)
  const search = usePageSearch(state, sheet, liveWords.term, trash.gone)
  const lists = useLists(control, search, trash)
  const uploads = useUploads()
  const folder = state.directory ?? '.'
  const actions = useTermActions(control, sheet, lists.selection.clear)
  const picture = useSavedPicture((id) => actions.searchOnlyWith({ kind: 'picture', id, isWanted: true }))
  sheet.onNewQuery.current = picture.cancel
  useEffect(() => {
    if (picture.error !== undefined) toast.show({ text: picture.error })
  }, [picture.error, toast])
  const [task, setTask] = useState<CollectionTask>()
  const files = useFilesTask(search.filters, setTask)
  const collectAll = useCollectAll(lists.list, files.collect)
  const rememberFocus = useFocusReturn(state.compare.length > 1)
  useSharedPicture(picture.keep)
  const input = usePictureInput({
    onPicture: picture.keep,
    onImage: useCallback(
      (id: string) => actions.setTerms(toggleTerm(state.terms, { kind: 'image', id, isWanted: true })),
      [actions, state.terms],
    ),
    onFiles: mayEdit ? (files) => uploads.add(files, folder) : undefined,
  })
  const { status, ...words } = useWordsOf(control, liveWords, actions.addWords)
  return {
    ...words,
    control,
    state,
    change,
    mayEdit,
    sheet,
    search,
    lists,
    uploads,
    folder,
    actions,
    picture,
    input,
    /** Open question about a collection. */
    task,
    setTask,
    ...files,
    collectAll,
    /** Whether a file can be shown in the file manager of this machine. */
    canReveal: status?.can_reveal === true,
    /** Whether the server has users, as far as is known. */
    hasUsers: status?.auth !== 'none',
    compare(images: readonly Image[]) {
      if (images.length < 2 || images.length > MAX_COMPARED)
        return toast.show({ text: messages.selection.compareLimits })
      rememberFocus()
      change({ compare: images.map(({ id }) => id), view: undefined })
    },
    /** Shows the copies and formats of a picture apart. */
    showFiles: (copiesOf: string) => change({ ...NO_FILTERS, copiesOf, terms: [], view: undefined }),
    openCollection: (collection: string) => change({ ...ALL, collection, view: undefined, compare: [] }),
    /** Shows all pictures again, unless the user has gone on to another list. */
    leaveCollection: (id: string) => latest.current.collection === id && change({ collection: undefined }),
  }
}

/** Searches by words: what the model understands, the field for them, and names and captions. */
function useWordsOf(
  { state, change }: ReturnType<typeof usePageState>,
  live: ReturnType<typeof useLiveWords>,
  addWords: (words: string) => void,
) {
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
  })
  const hasWords = status !== undefined && status.words.kind !== 'none'
  /** Looks for a text in names and captions, and no longer by the model. */
  const searchNames = (text: string) => {
    live.show(undefined)
    const terms = state.terms.filter(({ kind, id }) => kind !== 'words' || (hasWords && id !== text))
    change({ text, terms, view: undefined, show: undefined })
  }
  const onWords = (words: string) => {
    if (state.terms.length < MAX_TERMS) live.keep(words)
    addWords(words)
  }
  return {
    status,
    hasWords,
    searchNames,
    /** The field for words; undefined before the server has named its model. */
    words: status && {
      onWords: hasWords ? onWords : undefined,
      onNames: searchNames,
      live: state.show === undefined ? live.term?.id : undefined,
      onLive: live.show,
    },
  }
}

/** Actions on tiles, some of which stand for several files. */
function useFilesTask(filters: Filters, setTask: (task: CollectionTask) => void) {
  const [filesTask, setFilesTask] = useState<FilesTask>()
  /** Does something with tiles; asks before whether all of their files are meant, if some have several. */
  const withFiles = (
    action: FilesTask['action'],
    images: readonly Image[],
    act: (images: readonly Image[]) => void,
  ) => {
    if (images.some(({ copies }) => copies)) setFilesTask({ action, images, filters, act })
    else act(images)
  }
  return {
    /** Open question about tiles. */
    filesTask,
    setFilesTask,
    withFiles,
    collect: (images: readonly Image[]) =>
      withFiles('collect', images, (files) => setTask({ kind: 'add', ids: files.map(({ id }) => id) })),
  }
}

/** Asks for a collection for all pictures of a list. */
function useCollectAll(list: ImageList, collect: (images: readonly Image[]) => void): () => Promise<void> {
  const toast = useToast()
  return async () => {
    if (list.count > MAX_COLLECTED) {
      toast.show({ text: messages.collections.tooMany(MAX_COLLECTED) })
      return
    }
    try {
      collect(await list.load(0, list.count - 1))
    } catch (error) {
      toast.show({ text: error instanceof Error ? error.message : messages.selection.failed })
    }
  }
}

function useLists(control: ReturnType<typeof usePageState>, search: PageSearch, trash: Trash) {
  const { state, change } = control
  const { filters, result, hasResults } = search
  const [isAtTop, setAtTop] = useState(true)
  const [isFurtherShown, setFurtherShown] = useStoredFlag('further', true)
  const events = useServerEvents(!isAtTop)
  const gallery = useGallery({ ...filters, ...orderOf(state) }, !hasResults)
  const isByDate = orderOf(state).order_by === 'captured_at'
  const timeline = { ...filters, direction: orderOf(state).direction }
  const { data: months } = useQuery({
    queryKey: ['images', 'timeline', timeline],
    queryFn: ({ signal }) => getTimeline(timeline, signal),
    enabled: isByDate && !hasResults,
  })
  const held = useHeldResults(result, isAtTop, search.key, trash.gone)
  const results = useMemo(() => resultsOf(held.result, isFurtherShown), [held.result, isFurtherShown])
  const whole = hasResults ? results.list : gallery
  const hidden = amongLoaded(whole, trash.hidden)
  const list = withoutHidden(whole, hidden)
  const listKey = hasResults ? search.key : JSON.stringify([state.sort, filters])
  const resetKey = `${hasResults} ${listKey}${held.turn === 0 ? '' : ` ${held.turn}`}`
  const sections = hasResults
    ? resultSections(list.count, results.closeCount, { search, isFurtherShown, setFurtherShown })
    : gallerySections(list, state, isByDate ? months : undefined, hidden)
  const isShowingElse = state.show !== undefined
  const viewed = useViewed(
    list,
    isShowingElse ? undefined : state.view,
    (id, isReplaced) => change({ view: id }, isReplaced),
    resetKey,
  )
  const { pin } = gallery
  useEffect(() => pin(viewed.openIndex), [pin, viewed.openIndex])
  useResultsAround(hasResults ? results.list : undefined, state.view, viewed.openIndex)
  const selection = useSelection(list, listKey, true)
  const { drop } = selection
  useEffect(() => drop(new Set(trash.hidden.keys())), [drop, trash.hidden])
  const isCurrent = search.isActive ? search.isCurrent : !gallery.isLoading && !gallery.isOfBefore
  return {
    list,
    sections,
    isByMonth: sections.length > 0 && sections.every(({ key }) => MONTH.test(key)),
    resetKey,
    viewed,
    selection,
    trash,
    events,
    setAtTop,
    isCurrent,
    closeCount: results.closeCount,
    /** Shows results that were held back to keep the place; undefined if there are none. */
    showNewer: hasResults ? held.showNewer : undefined,
    isFurtherShown,
    setFurtherShown,
  }
}

/** Pictures beside the one in the large view that its filmstrip shows. */
const NEIGHBOURS = 17

/** Loads the results around the picture in the large view, and all of them where its place is not known. */
function useResultsAround(
  list: ImageList | undefined,
  id: string | undefined,
  index: number | undefined,
): void {
  const onRange = list?.onRange
  const last = index === undefined ? Number.POSITIVE_INFINITY : index + NEIGHBOURS
  useEffect(() => {
    if (id !== undefined) onRange?.(0, last)
  }, [id, last, onRange])
}

function useTermActions(
  control: ReturnType<typeof usePageState>,
  sheet: ReturnType<typeof useSheet>,
  clearSelection: () => void,
) {
  const toast = useToast()
  const { change } = control
  const latest = useRef({ control, sheet })
  latest.current = { control, sheet }
  return useMemo(() => {
    const setTerms = (terms: QueryTerm[], isReplaced?: boolean, part: PageChange = {}) => {
      latest.current.sheet.onNewQuery.current()
      change({ terms, view: undefined, compare: [], show: undefined, ...part }, isReplaced)
    }
    const searchOnlyWith = (term: QueryTerm) => {
      latest.current.sheet.clearUnnamed()
      setTerms([term], undefined, { resultSort: 'best' })
    }
    return {
      setTerms,
      searchOnlyWith,
      /** Searches for more or less like some pictures; repeating it removes them. */
      addTerms(images: readonly Image[], isWanted: boolean) {
        const { terms } = latest.current.control.state
        const added = images.map(({ id }): QueryTerm => ({ kind: 'image', id, isWanted }))
        const [first, ...others] = added
        if (first === undefined) return
        const next = others.length === 0 ? toggleTerm(terms, first) : mergeTerms(terms, added)
        if (next === undefined || next.length > MAX_TERMS)
          return toast.show({ text: messages.query.tooMany(MAX_TERMS) })
        setTerms(next)
        clearSelection()
      },
      findSimilar: (image: Image) => searchOnlyWith({ kind: 'image', id: image.id, isWanted: true }),
      /** Opens a picture in the query pane, to search a region of it. */
      searchRegion(image: Image) {
        const { terms } = latest.current.control.state
        const isThere = terms.some(({ kind, id }) => kind === 'image' && id === image.id)
        if (isThere) change({ view: undefined, compare: [], show: undefined })
        else searchOnlyWith({ kind: 'image', id: image.id, isWanted: true })
        latest.current.sheet.openPicture({ kind: 'image', id: image.id })
      },
      /** Adds a further region of a picture as a part of its own, and opens it. */
      addRegion(term: QueryTerm) {
        const { terms } = latest.current.control.state
        const count = terms.filter(({ kind, id }) => kind === term.kind && id === term.id).length
        const added: QueryTerm = {
          kind: term.kind,
          id: term.id,
          isWanted: true,
          region: furtherRegion(count),
        }
        const next = mergeTerms(terms, [added])
        if (next === undefined) return toast.show({ text: messages.query.tooMany(MAX_TERMS) })
        setTerms(next)
        latest.current.sheet.openPicture(term, placeAmongSame(next, added))
      },
      addWords(words: string) {
        const { terms } = latest.current.control.state
        const added: QueryTerm = { kind: 'words', id: words, isWanted: true }
        setTerms(mergeTerms(terms, [added]) ?? terms)
      },
      replaceWord: (rejected: RejectedText, word: string) =>
        setTerms(withOtherWord(latest.current.control.state.terms, rejected, word)),
      /** Changes one part; the step of the history stays. */
      update(term: QueryTerm, part: Partial<QueryTerm>) {
        const { terms } = latest.current.control.state
        setTerms(
          terms.map((other) => (other === term ? { ...other, ...part } : other)),
          true,
        )
      },
      remove(term: QueryTerm) {
        const { terms } = latest.current.control.state
        setTerms(terms.filter((other) => other !== term))
      },
    }
  }, [change, clearSelection, toast])
}
