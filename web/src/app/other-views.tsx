import { type ReactNode, useEffect } from 'react'
import { lazyPart } from '../components/lazy-part.tsx'
import { useHasRole } from '../state/role.ts'
import type { Page } from './use-page.ts'

const DuplicatesView = lazyPart(() => import('../gallery/duplicates-view.tsx'))
const TrashView = lazyPart(() => import('../gallery/trash-view.tsx'))
const UsersView = lazyPart(() => import('../admin/users-view.tsx'))

/** Replaces the results by duplicates, the trash or users. */
export function OtherViews({ page, children }: { page: Page; children: ReactNode }) {
  const { state, change, lists, mayEdit } = page
  const mayAdminister = useHasRole('admin')
  const onBack = () => change({ show: undefined })
  const isForbidden = state.show === 'users' && !(mayAdminister && page.hasUsers)
  // The address of another user, of an earlier role, or of a server without sign-in.
  useEffect(() => {
    if (isForbidden) change({ show: undefined }, true)
  }, [isForbidden, change])
  if (state.show === 'users' && !isForbidden) {
    return <UsersView onBack={onBack} onMissing={onBack} />
  }
  if (state.show === 'duplicates') {
    return (
      <DuplicatesView
        hidden={lists.trash.hidden}
        gone={lists.trash.gone}
        onOpen={(image) => change({ view: image.id })}
        onCompare={page.compare}
        onTop={lists.setAtTop}
        onDelete={mayEdit ? lists.trash.move : undefined}
        onBack={onBack}
        onMissing={onBack}
      />
    )
  }
  if (state.show === 'trash') {
    return (
      <TrashView
        mayRestore={mayEdit}
        mayEmpty={mayAdminister}
        onBack={onBack}
        onRestored={(images, failures) => {
          lists.trash.returned(images)
          lists.trash.report(failures)
        }}
        onMissing={onBack}
      />
    )
  }
  return children
}
