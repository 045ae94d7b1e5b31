import { Download, FolderPlus, HardDrive, Images, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { BottomSheet, type Detent } from '../bottom-sheet.tsx'
import { Button } from '../button.tsx'
import { ContextMenu } from '../context-menu.tsx'
import { Dialog } from '../dialog.tsx'
import { Divider } from '../divider.tsx'
import { EmptyState } from '../empty-state.tsx'
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '../menu.tsx'
import { Notice } from '../notice.tsx'
import { Popover } from '../popover.tsx'
import { ProgressRing } from '../progress-ring.tsx'
import { Shortcuts } from '../shortcuts.tsx'
import { useToast } from '../toast.tsx'
import { Sample } from './sample.tsx'

const ignore = () => {}

/** Messages and other parts of the page beside pictures. */
export function MessageSamples() {
  const toast = useToast()
  return (
    <>
      <Sample files={['toast']} title="Toast">
        <Button onClick={() => toast.show({ text: 'Link copied' })}>Show a toast</Button>
        <Button
          onClick={() =>
            toast.show({ text: '3 pictures moved to trash', action: { text: 'Undo', run: ignore } })
          }
        >
          Show a toast with an action
        </Button>
      </Sample>
      <Sample files={['notice', 'progress-ring']} title="Progress, notice">
        <div className="w-full">
          <Notice icon={<ProgressRing label="Indexing" share={0.75} />} title="Indexing 36,120 of 48,214">
            about 7 min left. You can search already.
          </Notice>
          <Notice
            icon={<HardDrive />}
            title="Some pictures are missing"
            isDanger
            actions={<Button size="small">Check again</Button>}
          >
            12 pictures are gone at once.
          </Notice>
        </div>
      </Sample>
      <Sample files={['empty-state']} title="Empty state">
        <EmptyState
          icon={<Images />}
          title="Your gallery is empty"
          text="Add files here, or put them into the watched folder."
        >
          <Button variant="primary">Add files</Button>
        </EmptyState>
      </Sample>
      <Sample files={['divider']} title="Divider">
        <DividerSample />
      </Sample>
    </>
  )
}

function DividerSample() {
  const [share, setShare] = useState(0.4)
  return (
    <div data-panes="" className="flex h-24 w-full max-w-lg rounded-card border border-line">
      <div style={{ width: `${share * 100}%` }} />
      <Divider
        label="Width of the first pane"
        orientation="vertical"
        share={share}
        min={0.2}
        max={0.8}
        closeBelow={0.1}
        onShare={setShare}
        onReset={() => setShare(0.4)}
        onClose={() => setShare(0.2)}
      />
    </div>
  )
}

/** Overlays, each opened by a button. */
export function OverlaySamples() {
  const [opened, setOpened] = useState<'dialog' | 'question' | 'shortcuts' | 'sheet'>()
  const [place, setPlace] = useState<{ x: number; y: number }>()
  const [isPopoverOpen, setPopoverOpen] = useState(false)
  const [detent, setDetent] = useState<Detent>(0)
  const close = () => setOpened(undefined)
  return (
    <>
      <Sample files={['menu', 'popover', 'context-menu']} title="Menu, popover">
        <Menu trigger={<Button>Open a menu</Button>}>
          <MenuItems />
        </Menu>
        <Popover
          label="Options"
          isOpen={isPopoverOpen}
          onOpenChange={setPopoverOpen}
          trigger={<Button>Open a popover</Button>}
        >
          <Button>An option</Button>
        </Popover>
        <Button onClick={({ clientX: x, clientY: y }) => setPlace({ x, y })}>Open a context menu</Button>
        {place && (
          <ContextMenu label="Picture" at={place} onClose={() => setPlace(undefined)} onReturnFocus={ignore}>
            <MenuItems />
          </ContextMenu>
        )}
      </Sample>
      <Sample files={['dialog', 'shortcuts', 'bottom-sheet']} title="Dialog, bottom sheet">
        <Button onClick={() => setOpened('dialog')}>Open a dialog</Button>
        <Button onClick={() => setOpened('question')}>Ask a question</Button>
        <Button onClick={() => setOpened('shortcuts')}>Show the shortcuts</Button>
        <Button onClick={() => setOpened('sheet')}>Open a bottom sheet</Button>
      </Sample>
      <Dialog title="Details" isOpen={opened === 'dialog'} onClose={close}>
        <p>A window over the page.</p>
      </Dialog>
      <Dialog
        title="Empty the trash?"
        isOpen={opened === 'question'}
        onClose={close}
        actions={
          <>
            <Button onClick={close}>Cancel</Button>
            <Button variant="danger-primary" onClick={close}>
              Delete 12 files
            </Button>
          </>
        }
      >
        <p className="text-ink-2">12 files (148 MB) will be deleted from the disk. This cannot be undone.</p>
      </Dialog>
      <Shortcuts isOpen={opened === 'shortcuts'} onClose={close} />
      {opened === 'sheet' && (
        <BottomSheet
          label="Results"
          detent={detent}
          onDetent={setDetent}
          head={
            <div className="px-3 pb-2">
              <Button onClick={close}>Close the bottom sheet</Button>
            </div>
          }
        >
          <p className="p-3">The page behind it stays usable.</p>
        </BottomSheet>
      )}
    </>
  )
}

function MenuItems() {
  const [order, setOrder] = useState<'newest' | 'oldest'>('newest')
  return (
    <>
      <MenuItem icon={<FolderPlus />} onSelect={ignore}>
        Add to collection
      </MenuItem>
      <MenuItem icon={<Download />} hint="ZIP" onSelect={ignore}>
        Originals
      </MenuItem>
      <MenuSeparator />
      <MenuChoice
        label="Sort by"
        value={order}
        onChange={setOrder}
        options={[
          { value: 'newest', text: 'Newest first' },
          { value: 'oldest', text: 'Oldest first' },
        ]}
      />
      <MenuSeparator />
      <MenuItem icon={<Trash2 />} isDanger hint="Delete" onSelect={ignore}>
        Move to trash
      </MenuItem>
    </>
  )
}
