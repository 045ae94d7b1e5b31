import { lazy, type ReactNode, Suspense } from 'react'
import { useHasRole } from '../state/role.ts'
import type { Page } from './use-page.ts'

const DuplicatesView = lazy(() => import('../gallery/duplicates-view.tsx'))
const TrashView = lazy(() => import('../gallery/trash-view.tsx'))
const UsersView = lazy(() => import('../admin/users-view.tsx'))

/** Replaces the results by duplicates, the trash or users. The results stay unchanged behind it. */
export function OtherViews({ page, children }: { page: Page; children: ReactNode }) {
  const { state, change, lists, mayEdit } = page
  const mayAdminister = useHasRole('admin')
  const onBack = () => change({ show: undefined })
  if (state.show === 'users' && mayAdminister) {
    return (
      <Suspense fallback={null}>
        <UsersView onBack={onBack} />
      </Suspense>
    )
  }
  if (state.show === 'duplicates') {
    return (
      <Suspense fallback={null}>
        <DuplicatesView
          hidden={lists.trash.hidden}
          onOpen={(image) => change({ view: image.id })}
          onCompare={page.compare}
          onTop={lists.setAtTop}
          onDelete={mayEdit ? lists.trash.move : undefined}
          onBack={onBack}
        />
      </Suspense>
    )
  }
  if (state.show === 'trash') {
    return (
      <Suspense fallback={null}>
        <TrashView mayRestore={mayEdit} mayEmpty={mayAdminister} onBack={onBack} />
      </Suspense>
    )
  }
  return children
}
