import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { Dialog } from './dialog.tsx'

/** Everything that the keyboard does. */
export function Shortcuts({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog title={messages.shortcuts.title} isOpen={isOpen} onClose={onClose}>
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {viewMessages.shortcutGroups.map(({ name, keys }) => (
          <section key={name}>
            <h3 className="pb-2 font-medium text-ink-2">{name}</h3>
            <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-1.5">
              {keys.map(([key, text]) => (
                <div key={key} className="contents">
                  <dt>
                    <kbd className="rounded-sm border border-line border-b-2 bg-page px-1.5 font-sans text-12 text-ink-2">
                      {key}
                    </kbd>
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
