import { ChevronRight, Folder as FolderIcon } from 'lucide-react'
import { useState } from 'react'
import type { Folder } from '../api/client.ts'
import { number } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { countOf, useFolders } from './folders.ts'

interface FolderTreeProps {
  /** undefined: all folders. */
  current: string | undefined
  onChoose: (directory: string) => void
}

/** The folders of the gallery, with the number of images in each and below it. */
export function FolderTree({ current, onChoose }: FolderTreeProps) {
  const { data: root } = useFolders()
  if (root === undefined || root.children.length === 0) return null
  return (
    <nav aria-label={messages.gallery.folders}>
      <h2 className="px-2.5 pt-4 pb-1.5 font-medium text-12 text-ink-2">{messages.gallery.folders}</h2>
      <ul className="m-0 list-none p-0">
        {root.children.map((folder) => (
          <Branch key={folder.path} folder={folder} depth={0} current={current} onChoose={onChoose} />
        ))}
      </ul>
    </nav>
  )
}

function Branch({ folder, depth, current, onChoose }: FolderTreeProps & { folder: Folder; depth: number }) {
  const isInside = current?.startsWith(`${folder.path}/`) ?? false
  const [isOpened, setOpened] = useState<boolean>()
  const isOpen = isOpened ?? isInside
  const name = folder.path.split('/').at(-1)!
  return (
    <li>
      <Row
        icon={<FolderIcon className="size-4.5 text-ink-2" />}
        name={name}
        count={countOf(folder)}
        depth={depth}
        isCurrent={current === folder.path}
        onChoose={() => onChoose(folder.path)}
        isOpen={folder.children.length === 0 ? undefined : isOpen}
        onToggle={() => setOpened(!isOpen)}
      />
      {isOpen && (
        <ul className="m-0 list-none p-0">
          {folder.children.map((child) => (
            <Branch key={child.path} folder={child} depth={depth + 1} current={current} onChoose={onChoose} />
          ))}
        </ul>
      )}
    </li>
  )
}

interface RowProps {
  icon: React.ReactNode
  name: string
  count: number
  depth: number
  isCurrent: boolean
  onChoose: () => void
  /** undefined if there is nothing below. */
  isOpen?: boolean | undefined
  onToggle?: () => void
}

function Row({ icon, name, count, depth, isCurrent, onChoose, isOpen, onToggle }: RowProps) {
  return (
    <div
      className={`flex items-center rounded-control coarse:min-h-11 ${isCurrent ? 'bg-sunken font-medium' : 'hover:bg-sunken'}`}
      style={{ paddingLeft: `${depth * 1.25}rem` }}
    >
      {isOpen === undefined ? (
        <span className="w-6 shrink-0 coarse:w-11" />
      ) : (
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={messages.gallery.expand(name)}
          onClick={onToggle}
          className="grid size-6 shrink-0 place-items-center rounded coarse:size-11"
        >
          <ChevronRight
            className={`size-4 transition-transform duration-hover ${isOpen ? 'rotate-90' : ''}`}
          />
        </button>
      )}
      <button
        type="button"
        aria-current={isCurrent ? 'true' : undefined}
        onClick={onChoose}
        className="flex h-9 min-w-0 flex-1 items-center gap-2 pr-2 text-left coarse:h-11"
      >
        {icon}
        <span className="flex-1 truncate">{name}</span>
        <span className="text-12 text-ink-2 tabular-nums">{number(count)}</span>
      </button>
    </div>
  )
}
